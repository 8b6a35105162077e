// SPDX-License-Identifier: AGPL-3.0-only

// Package executor is the k6 executor soakd-arrival: an open model whose rate follows the wall clock and may change
// while it runs.
package executor

import (
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/sirupsen/logrus"
	"go.k6.io/k6/v2/lib"
	k6executor "go.k6.io/k6/v2/lib/executor"
	"go.k6.io/k6/v2/lib/types"
	"gopkg.in/guregu/null.v3"

	"xk6-soakd/arrival"
)

// Type is the executor's name in a scenario.
const Type = "soakd-arrival"

const (
	// Ten times what a busy host adds to a timer, and less than a user notices: an iteration that starts this late is
	// still the same offer. It also bounds what arrives at once after a stall: a quarter of a second's worth.
	defaultLateTolerance = 250 * time.Millisecond
	// As in k6's own executors (gracefulStop).
	defaultDrain = 30 * time.Second
)

func init() {
	lib.RegisterExecutorConfigType(Type, func(name string, rawJSON []byte) (lib.ExecutorConfig, error) {
		config := &Config{
			BaseConfig:    k6executor.NewBaseConfig(name, Type),
			Drain:         types.NewNullDuration(defaultDrain, false),
			LateTolerance: types.NewNullDuration(defaultLateTolerance, false),
		}
		err := lib.StrictJSONUnmarshal(rawJSON, config)
		return config, err
	})
}

// Config is the scenario's options.
type Config struct {
	k6executor.BaseConfig
	// PlanFile is the path of the arrival plan; a relative one starts at the working directory.
	PlanFile null.String `json:"planFile"`
	// MaxVUs is the number of virtual users, all of them prepared at the start.
	MaxVUs null.Int `json:"maxVUs"`
	// Drain is how long iterations in flight get after the end of the plan.
	Drain types.NullDuration `json:"drain"`
	// LateTolerance: an arrival that is overdue by more is counted late and never started.
	LateTolerance types.NullDuration `json:"lateTolerance"`
}

var _ lib.ExecutorConfig = &Config{}

// Validate names every problem, those of the plan file included.
func (c *Config) Validate() []error {
	problems := c.BaseConfig.Validate()
	if c.BaseConfig.GracefulStop.Valid {
		problems = append(problems, errors.New("gracefulStop is called drain here: use drain"))
	}
	if c.MaxVUs.Int64 <= 0 {
		problems = append(problems, errors.New("maxVUs must be 1 or more: it is the number of virtual users to prepare"))
	}
	if c.Drain.TimeDuration() < 0 {
		problems = append(problems, errors.New("drain can't be negative"))
	}
	if c.LateTolerance.TimeDuration() < 0 {
		problems = append(problems, errors.New("lateTolerance can't be negative"))
	}
	if c.PlanFile.String == "" {
		problems = append(problems, errors.New("planFile is missing: it is the path of the arrival plan"))
	} else if _, err := readPlan(c.PlanFile.String); err != nil {
		problems = append(problems, err)
	}
	return problems
}

func readPlan(path string) (*arrival.Plan, error) {
	data, err := os.ReadFile(path) //nolint:gosec // the path is the user's own
	if err != nil {
		return nil, fmt.Errorf("planFile: %w", err)
	}
	plan, err := arrival.ParsePlan(data)
	if err != nil {
		return nil, fmt.Errorf("planFile %s: %w", path, err)
	}
	return plan, nil
}

// GetGracefulStop is the drain, under k6's name.
func (c *Config) GetGracefulStop() time.Duration { return c.Drain.TimeDuration() }

// GetExecutionRequirements asks for all users from the start. The end is the end of the plan as it is now: k6 shows it and does not
// enforce it, so a plan that is extended later runs on.
func (c *Config) GetExecutionRequirements(_ *lib.ExecutionTuple) []lib.ExecutionStep {
	return []lib.ExecutionStep{
		{TimeOffset: 0, PlannedVUs: uint64(max(0, c.MaxVUs.Int64))}, //nolint:gosec // not negative
		{TimeOffset: c.remaining() + c.Drain.TimeDuration()},
	}
}

func (c *Config) remaining() time.Duration {
	plan, err := readPlan(c.PlanFile.String)
	if err != nil {
		return 0
	}
	leftMs := math.Max(0, plan.EndMs-unixMs(time.Now()))
	return time.Duration(math.Min(leftMs, math.MaxInt64/4/1e6) * 1e6)
}

// GetDescription is k6's line about the scenario.
func (c *Config) GetDescription(_ *lib.ExecutionTuple) string {
	plan, err := readPlan(c.PlanFile.String)
	if err != nil {
		return "arrivals by plan: " + err.Error()
	}
	return fmt.Sprintf("%s arrivals by %s, up to %.2f iterations/s until %s (maxVUs: %d, drain: %s)",
		plan.Arrivals, c.PlanFile.String, plan.PeakRate(), time.UnixMilli(int64(plan.EndMs)).UTC().Format(time.RFC3339),
		c.MaxVUs.Int64, c.Drain.TimeDuration())
}

// HasWork is true: whether arrivals are left is known at the start of the run only.
func (c *Config) HasWork(_ *lib.ExecutionTuple) bool { return c.MaxVUs.Int64 > 0 }

// IsDistributable is false: see NewExecutor.
func (c *Config) IsDistributable() bool { return false }

// NewExecutor refuses execution segments: after a live change of the plan each instance would have to know what the
// others have started. Give each instance a plan with its share of the rate instead.
func (c *Config) NewExecutor(state *lib.ExecutionState, logger *logrus.Entry) (lib.Executor, error) {
	if segment := state.ExecutionTuple.Segment; segment != nil && segment.FloatLength() < 1 {
		return nil, fmt.Errorf("executor %s does not split itself by execution segment (got %s): "+
			"start each instance with a plan that holds its share of the rate", Type, segment)
	}
	return &Executor{
		BaseExecutor: k6executor.NewBaseExecutor(c, state, logger),
		config:       c,
		state:        state,
		logger:       logger,
	}, nil
}

func unixMs(t time.Time) float64 { return float64(t.UnixNano()) / 1e6 }
