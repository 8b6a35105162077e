// SPDX-License-Identifier: AGPL-3.0-only

package executor

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/sirupsen/logrus"
	"go.k6.io/k6/v2/errext"
	"go.k6.io/k6/v2/lib"

	"xk6-soakd/arrival"
	"xk6-soakd/vitals"
)

// users are the virtual users of a scenario, each on a goroutine of its own that waits for an iteration.
type users struct {
	state  *lib.ExecutionState
	logger *logrus.Entry
	vitals *vitals.Vitals
	// aborted gets the error of a script that called test.abort().
	aborted chan error

	iterations chan arrival.Place
	running    sync.WaitGroup
	// Iterations handed over, owned by the caller of tryStart, and those that have ended since.
	handed int64
	ended  atomic.Int64
}

func newUsers(state *lib.ExecutionState, logger *logrus.Entry, process *vitals.Vitals) *users {
	return &users{
		state: state, logger: logger, vitals: process,
		aborted:    make(chan error, 1),
		iterations: make(chan arrival.Place),
	}
}

// add puts a user to work until close, or until ctx cuts its iteration.
func (u *users) add(ctx context.Context, user lib.ActiveVU, slot *vitals.Slot) {
	u.running.Add(1)
	ready := make(chan struct{})
	go func() {
		defer u.running.Done()
		close(ready)
		for place := range u.iterations {
			slot.Place = place
			u.iterate(ctx, user, slot)
		}
	}()
	<-ready
}

// tryStart hands an iteration to a free user; false when there is none. It does not wait.
func (u *users) tryStart(place arrival.Place) bool {
	select {
	case u.iterations <- place:
		u.handed++
		return true
	default:
		return false
	}
}

// idle is true when every iteration handed over has ended.
func (u *users) idle() bool { return u.handed == u.ended.Load() }

func (u *users) iterate(ctx context.Context, user lib.ActiveVU, slot *vitals.Slot) {
	// Counted by the user, before anything can end: no reading shows more ends than starts.
	u.vitals.Started.Add(1)
	defer u.ended.Add(1)
	slot.Begin()
	u.state.ModCurrentlyActiveVUsCount(+1)
	err := user.RunOnce()
	u.state.ModCurrentlyActiveVUsCount(-1)
	slot.End()

	if ctx.Err() != nil || errext.IsInterruptError(err) {
		u.state.AddInterruptedIterations(1)
		u.vitals.Interrupted.Add(1)
		if ctx.Err() == nil {
			select {
			case u.aborted <- err:
			default:
			}
		}
		return
	}
	if err != nil {
		text, fields := errext.Format(err)
		u.logger.WithFields(logrus.Fields(fields)).Error(text)
	}
	u.state.AddFullIterations(1)
	u.vitals.Finished.Add(1)
}

// close waits for the iterations in flight.
func (u *users) close() {
	close(u.iterations)
	u.running.Wait()
}
