// SPDX-License-Identifier: AGPL-3.0-only

package vitals

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

func get(t *testing.T, client *http.Client, url string) *http.Response {
	t.Helper()
	res, err := client.Get(url) //nolint:noctx // a test
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestARequestIsInFlightUntilItsBodyIsRead(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		<-release
		_, _ = io.WriteString(w, "late")
	}))
	defer server.Close()

	process := &Vitals{}
	client := &http.Client{Transport: process.Track(http.DefaultTransport)}
	res := get(t, client, server.URL)
	if flight := process.InFlight(); flight.Requests != 1 || flight.OldestRequestMs == nil {
		t.Errorf("after the headers: %+v", flight)
	}
	close(release)
	if _, err := io.ReadAll(res.Body); err != nil {
		t.Fatal(err)
	}
	if flight := process.InFlight(); flight.Requests != 0 || flight.OldestRequestMs != nil {
		t.Errorf("after the body: %+v", flight)
	}
	_ = res.Body.Close()
}

func TestARequestThatFailsOrWhoseBodyIsClosedIsOver(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "hello")
	}))
	process := &Vitals{}
	client := &http.Client{Transport: process.Track(http.DefaultTransport)}
	_ = get(t, client, server.URL).Body.Close()
	url := server.URL
	server.Close()
	if res, err := client.Get(url); err == nil { //nolint:noctx // a test
		_ = res.Body.Close()
		t.Error("a closed server answered")
	}
	if flight := process.InFlight(); flight.Requests != 0 {
		t.Errorf("%+v", flight)
	}
}

func TestTrackingTwiceCountsOnce(t *testing.T) {
	process := &Vitals{}
	once := process.Track(http.DefaultTransport)
	if process.Track(once) != once || len(process.trackers) != 1 {
		t.Error("a tracked transport was wrapped again")
	}
}

func TestTheAgeIsThatOfTheOldest(t *testing.T) {
	process := &Vitals{}
	first, second := process.AddUser(), process.AddUser()
	if flight := process.InFlight(); flight.Iterations != 0 || flight.OldestIterationMs != nil || flight.UsersMax != 2 {
		t.Errorf("idle: %+v", flight)
	}
	first.busySince.Store(sinceBoot() - 5e9)
	second.Begin()
	if flight := process.InFlight(); flight.Iterations != 2 || *flight.OldestIterationMs < 5000 || *flight.OldestIterationMs > 60_000 {
		t.Errorf("busy: %+v", flight)
	}
	first.End()
	if flight := process.InFlight(); flight.Iterations != 1 || *flight.OldestIterationMs > 5000 {
		t.Errorf("the older one ended: %+v", flight)
	}
}

func TestAScriptFindsTheSlotOfItsUserInEachContextMadeFromTheUsers(t *testing.T) {
	slot := (&Vitals{}).AddUser()
	iteration, cancel := context.WithCancel(WithSlot(t.Context(), slot))
	defer cancel()
	if SlotOf(iteration) != slot {
		t.Error("the slot is not found")
	}
	if SlotOf(t.Context()) != nil {
		t.Error("a slot where there is none")
	}
}
