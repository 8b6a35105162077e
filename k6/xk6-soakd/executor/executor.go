// SPDX-License-Identifier: AGPL-3.0-only

package executor

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"
	"go.k6.io/k6/v2/lib"
	k6executor "go.k6.io/k6/v2/lib/executor"
	"go.k6.io/k6/v2/metrics"

	"xk6-soakd/arrival"
	"xk6-soakd/vitals"
)

const (
	planPollInterval = 250 * time.Millisecond
	// A host that is short of CPU for days must not fill its disk with warnings.
	sayLateEvery = 10 * time.Second
)

// Executor starts iterations when the plan says so.
type Executor struct {
	*k6executor.BaseExecutor
	config *Config
	state  *lib.ExecutionState
	logger *logrus.Entry
}

var _ lib.Executor = &Executor{}

// Run follows the plan to its end, wherever that moves meanwhile, and then gives the iterations in flight the drain.
func (e *Executor) Run(parent context.Context, out chan<- metrics.SampleContainer) error {
	file, plan, err := openPlan(e.config.PlanFile.String, e.logger)
	if err != nil {
		return err
	}
	process := vitals.Process
	process.Seed.Store(plan.Seed)
	inForce := &atomic.Pointer[arrival.Plan]{}
	inForce.Store(plan)

	ctx, cut := context.WithCancel(parent)
	defer cut()
	ctx = lib.WithScenarioState(ctx, &lib.ScenarioState{
		Name: e.config.Name, Executor: Type, StartTime: time.Now(),
		ProgressFn: func() (float64, []string) { return progress(inForce.Load(), unixMs(time.Now())), nil },
	})
	crew := newUsers(e.state, e.logger, process)
	var activated sync.WaitGroup
	activation := e.activation(func(vu lib.InitializedVU) {
		e.state.ReturnVU(vu, false)
		activated.Done()
	})
	defer func() {
		cut()
		crew.close()
		activated.Wait()
	}()
	for range e.config.MaxVUs.Int64 {
		idle, err := e.state.GetPlannedVU(e.logger, false)
		if err != nil {
			return err
		}
		activated.Add(1)
		slot := process.AddUser()
		params := activation
		params.RunContext = vitals.WithSlot(ctx, slot)
		crew.add(ctx, idle.Activate(&params), slot)
	}

	run := &run{
		Executor: e, crew: crew, vitals: process, file: file, inForce: inForce, out: out,
		pacer: arrival.NewPacer(plan, unixMs(time.Now()), float64(e.config.LateTolerance.TimeDuration())/1e6),
	}
	return run.loop(parent)
}

// activation is the same for all users but for the RunContext, which each has for itself.
func (e *Executor) activation(giveBack func(lib.InitializedVU)) lib.VUActivationParams {
	var mutex sync.Mutex
	index := lib.NewSegmentedIndex(e.state.ExecutionTuple)
	return lib.VUActivationParams{
		Scenario: e.config.GetName(), Exec: e.config.GetExec(),
		Env: e.config.GetEnv(), Tags: e.config.GetTags(),
		DeactivateCallback: giveBack,
		GetNextIterationCounters: func() (uint64, uint64) {
			mutex.Lock()
			defer mutex.Unlock()
			scaled, unscaled := index.Next()
			return uint64(scaled - 1), uint64(unscaled - 1) //nolint:gosec // counted from 1
		},
	}
}

// run is what one Run keeps; one goroutine owns it.
type run struct {
	*Executor
	pacer  *arrival.Pacer
	crew   *users
	vitals *vitals.Vitals
	file   *planFile
	// What the pacer follows, for others to read.
	inForce *atomic.Pointer[arrival.Plan]
	out     chan<- metrics.SampleContainer

	warnedStarved bool
	unsaidLate    int64
	saidLate      time.Time
}

// loop sleeps until the next arrival or the next look at the plan, whichever comes first.
func (r *run) loop(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	nextPoll := time.Now()
	var drainUntil time.Time

	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-r.crew.aborted:
			return err
		case <-timer.C:
		}

		now := time.Now()
		r.advance(ctx, now)
		if !now.Before(nextPoll) {
			nextPoll = now.Add(planPollInterval)
			if plan := r.file.poll(); plan != nil {
				r.pacer.SetPlan(plan, unixMs(now))
				r.inForce.Store(plan)
				r.vitals.Seed.Store(plan.Seed)
			}
			// The drain starts when the end is known, which may be later than the end itself.
			switch {
			case !r.pacer.Over(unixMs(now)):
				drainUntil = time.Time{}
			case drainUntil.IsZero():
				drainUntil = now.Add(r.config.Drain.TimeDuration())
				r.logger.Debug("the plan has ended, iterations in flight get the drain")
			}
			if !drainUntil.IsZero() && (r.crew.idle() || !now.Before(drainUntil)) {
				return nil
			}
		}
		timer.Reset(r.untilNext(nextPoll))
	}
}

// untilNext reads the clock again: starting iterations took time.
func (r *run) untilNext(nextPoll time.Time) time.Duration {
	now := time.Now()
	untilPoll := nextPoll.Sub(now)
	untilArrivalMs := r.pacer.NextMs() - unixMs(now)
	if untilArrivalMs >= float64(untilPoll)/1e6 {
		return max(0, untilPoll)
	}
	// Rounded up: waking a hair early would cost another round.
	return max(0, time.Duration(math.Ceil(untilArrivalMs*1e6)))
}

func (r *run) advance(ctx context.Context, now time.Time) {
	tally := r.pacer.Advance(unixMs(now), r.crew.tryStart)
	if tally.Late > 0 {
		r.vitals.AddLate(tally.Late)
		r.unsaidLate += tally.Late
	}
	if r.unsaidLate > 0 && now.Sub(r.saidLate) > sayLateEvery {
		r.logger.Warnf("%d arrivals came due while k6 was not there; they count as late and are not offered", r.unsaidLate)
		r.unsaidLate, r.saidLate = 0, now
	}
	r.vitals.Paused.Add(tally.Paused)
	r.vitals.Starved.Add(tally.Starved)
	if tally.Starved > 0 && !r.warnedStarved {
		r.warnedStarved = true
		r.logger.Warnf("all %d users are busy: arrivals are counted as starved", r.config.MaxVUs.Int64)
	}
	if missed := tally.Late + tally.Starved; missed > 0 {
		metrics.PushIfNotDone(ctx, r.out, metrics.Sample{
			TimeSeries: metrics.TimeSeries{
				Metric: r.state.Test.BuiltinMetrics.DroppedIterations,
				Tags:   r.state.Test.RunTags.With("scenario", r.config.GetName()),
			},
			Time:  now,
			Value: float64(missed),
		})
	}
}

// progress is what k6/execution shows to scripts: how much of the plan's time has passed.
func progress(plan *arrival.Plan, nowMs float64) float64 {
	total := plan.EndMs - plan.StartMs
	if total <= 0 {
		return 1
	}
	return math.Min(1, math.Max(0, (nowMs-plan.StartMs)/total))
}
