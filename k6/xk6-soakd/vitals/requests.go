// SPDX-License-Identifier: AGPL-3.0-only

package vitals

import (
	"io"
	"net/http"
	"sync"
)

// Requests is an http.RoundTripper that knows which of its requests have not been answered in full. A request is in flight
// until its body is closed or read to the end: a target that sends headers and then hangs is a hanging target.
type Requests struct {
	next http.RoundTripper

	mu sync.Mutex
	// Start of each request in flight; a user has one at a time, or as many as http.batch sends.
	open map[*request]int64
}

type request struct{ owner *Requests }

// Track wraps a transport, unless it is wrapped already.
func (v *Vitals) Track(next http.RoundTripper) http.RoundTripper {
	if tracked, ok := next.(*Requests); ok {
		return tracked
	}
	tracker := &Requests{next: next, open: make(map[*request]int64, 1)}
	v.mu.Lock()
	v.trackers = append(v.trackers, tracker)
	v.mu.Unlock()
	return tracker
}

// RoundTrip implements http.RoundTripper.
func (t *Requests) RoundTrip(req *http.Request) (*http.Response, error) {
	begun := t.begin()
	res, err := t.next.RoundTrip(req)
	if err != nil || res == nil || res.Body == nil || res.Body == http.NoBody {
		begun.end()
		return res, err
	}
	res.Body = &body{ReadCloser: res.Body, of: begun}
	return res, nil
}

// CloseIdleConnections is what http.Client asks of its transport.
func (t *Requests) CloseIdleConnections() {
	if closer, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

func (t *Requests) begin() *request {
	begun := &request{owner: t}
	now := sinceBoot()
	t.mu.Lock()
	t.open[begun] = now
	t.mu.Unlock()
	return begun
}

func (r *request) end() {
	r.owner.mu.Lock()
	delete(r.owner.open, r)
	r.owner.mu.Unlock()
}

// state is the number in flight and the start of the oldest.
func (t *Requests) state() (count, since int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, begun := range t.open {
		if count == 0 || begun < since {
			since = begun
		}
		count++
	}
	return count, since
}

type body struct {
	io.ReadCloser
	of *request
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.of.end()
	}
	return n, err
}

func (b *body) Close() error {
	b.of.end()
	return b.ReadCloser.Close()
}
