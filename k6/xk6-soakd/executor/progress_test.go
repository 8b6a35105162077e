// SPDX-License-Identifier: AGPL-3.0-only

package executor

import (
	"testing"

	"xk6-soakd/arrival"
)

func TestProgressIsTheShareOfThePlansTimeThatHasPassed(t *testing.T) {
	for _, tried := range []struct{ startMs, endMs, nowMs, want float64 }{
		{1000, 5000, 2000, 0.25}, {1000, 5000, 0, 0}, {1000, 5000, 9000, 1}, {1000, 1000, 0, 1},
	} {
		plan := &arrival.Plan{StartMs: tried.startMs, EndMs: tried.endMs}
		if got := progress(plan, tried.nowMs); got != tried.want {
			t.Errorf("%v of the way from %v to %v at %v, want %v", got, tried.startMs, tried.endMs, tried.nowMs, tried.want)
		}
	}
}
