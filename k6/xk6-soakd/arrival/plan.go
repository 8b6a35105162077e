// SPDX-License-Identifier: AGPL-3.0-only

// Package arrival decides when iterations start. It knows nothing of k6: times are numbers that the caller passes in.
package arrival

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// Kind of gaps between arrivals.
type Kind string

const (
	// Poisson gaps follow the exponential distribution.
	Poisson Kind = "poisson"
	// Even gaps are equal where the rate is.
	Even Kind = "even"
)

// planVersion is the only version of the plan file that is understood.
const planVersion = 1

// Point of the piecewise-linear rate. Two points at one instant are a step.
type Point struct {
	AtMs                float64 `json:"atMs"`
	IterationsPerSecond float64 `json:"iterationsPerSecond"`
	// Paused, from here to the next point: the arrivals are planned and not offered.
	Paused bool `json:"paused"`
}

// Plan is the rate of arrivals by wall-clock time (Unix milliseconds). It is immutable once parsed.
type Plan struct {
	Version  int     `json:"version"`
	Revision int64   `json:"revision"`
	Seed     uint64  `json:"seed"`
	Arrivals Kind    `json:"arrivals"`
	StartMs  float64 `json:"startMs"`
	EndMs    float64 `json:"endMs"`
	Points   []Point `json:"points"`

	pieces []piece
}

// ParsePlan reads a plan file. The error names every problem.
func ParsePlan(data []byte) (*Plan, error) {
	plan := &Plan{}
	if err := json.Unmarshal(data, plan); err != nil {
		return nil, fmt.Errorf("arrival plan: %w", err)
	}
	if err := plan.validate(); err != nil {
		return nil, fmt.Errorf("arrival plan: %w", err)
	}
	plan.pieces = integrate(plan)
	return plan, nil
}

func (p *Plan) validate() error {
	var problems []error
	complain := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }

	if p.Version != planVersion {
		complain("version is %d, this build reads %d", p.Version, planVersion)
	}
	if p.Arrivals != Poisson && p.Arrivals != Even {
		complain("arrivals is %q; use poisson or even", p.Arrivals)
	}
	if p.EndMs < p.StartMs {
		complain("endMs is before startMs")
	}
	for i, point := range p.Points {
		if point.IterationsPerSecond < 0 || math.IsInf(point.IterationsPerSecond, 0) {
			complain("points[%d].iterationsPerSecond is %v; use 0 or more", i, point.IterationsPerSecond)
		}
		if i > 0 && point.AtMs < p.Points[i-1].AtMs {
			complain("points[%d].atMs is before the point ahead of it", i)
		}
	}
	return errors.Join(problems...)
}

// PeakRate is the highest rate of the plan, in iterations per second.
func (p *Plan) PeakRate() float64 {
	peak := 0.0
	for _, piece := range p.pieces {
		peak = math.Max(peak, math.Max(piece.fromRate, piece.toRate)*1000)
	}
	return peak
}
