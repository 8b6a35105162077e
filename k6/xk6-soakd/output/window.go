// SPDX-License-Identifier: AGPL-3.0-only

// Package output is the k6 output soakd: it aggregates samples at once into windows of 10 s and appends one record a
// window to a file. It never makes k6 wait.
package output

import (
	"xk6-soakd/sketch"
	"xk6-soakd/vitals"
)

const windowMs = 10_000

// outcome of a request.
type outcome int

const (
	ok outcome = iota
	httpError
	timeout
	connect
	outcomes
)

var outcomeNames = [outcomes]string{"ok", "http_error", "timeout", "connect"}

// cell counts the requests of one scenario, name and outcome within a window.
type cell struct {
	count    uint64
	statuses [statusClasses]uint64
	codes    map[string]uint64
	sketch   sketch.Sketch
}

const statusClasses = 6

// statusNames by first digit; 0 is no status at all.
var statusNames = [statusClasses]string{"none", "1xx", "2xx", "3xx", "4xx", "5xx"}

func (c *cell) reset() {
	c.count = 0
	c.statuses = [statusClasses]uint64{}
	clear(c.codes)
	c.sketch.Reset()
}

type checkCount struct{ pass, fail uint64 }

// window is what was seen between two instants. Its memory is used again for later windows.
type window struct {
	startMs, endMs float64
	// Indexed as series and checks are numbered by the directory.
	cells  [][outcomes]*cell
	checks []checkCount

	sent, received float64
	// Of scenarios that another executor drives.
	iterations, dropped int64
	pooled              uint64
	timerLagMs, stepMs  float64

	// Filled when the window closes.
	counts vitals.Counts
	flight vitals.InFlight
}

func (w *window) open(startMs, endMs float64) {
	w.startMs, w.endMs = startMs, endMs
	for i := range w.cells {
		for _, c := range w.cells[i] {
			if c != nil {
				c.reset()
			}
		}
	}
	clear(w.checks)
	w.sent, w.received = 0, 0
	w.iterations, w.dropped, w.pooled = 0, 0, 0
	w.timerLagMs, w.stepMs = 0, 0
	w.counts, w.flight = vitals.Counts{}, vitals.InFlight{}
}

func (w *window) cell(series int, result outcome) *cell {
	for len(w.cells) <= series {
		w.cells = append(w.cells, [outcomes]*cell{})
	}
	if w.cells[series][result] == nil {
		w.cells[series][result] = &cell{codes: map[string]uint64{}}
	}
	return w.cells[series][result]
}

func (w *window) addRequest(request *seriesOfTags, result outcome, durationMs float64) {
	c := w.cell(request.series, result)
	c.count++
	c.statuses[request.statusClass]++
	if request.code != "" {
		c.codes[request.code]++
	}
	c.sketch.Add(durationMs)
	if request.pooled {
		w.pooled++
	}
}

func (w *window) addCheck(number int, passed bool) {
	for len(w.checks) <= number {
		w.checks = append(w.checks, checkCount{})
	}
	if passed {
		w.checks[number].pass++
	} else {
		w.checks[number].fail++
	}
}
