// SPDX-License-Identifier: AGPL-3.0-only

package output

import (
	"fmt"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/sirupsen/logrus/hooks/test"
	"go.k6.io/k6/v2/lib/netext/httpext"
	"go.k6.io/k6/v2/metrics"
	"gopkg.in/guregu/null.v3"

	"xk6-soakd/vitals"
)

// bench is an output whose clock the test holds and whose spool is memory.
type bench struct {
	*Output
	t        testing.TB
	at       instant
	registry *metrics.Registry
	disk     *disk
}

// A window boundary, in Unix milliseconds.
const boundaryMs = 1_790_000_400_000.0

func newBench(t testing.TB, wallMs float64) *bench {
	t.Helper()
	logger, _ := test.NewNullLogger()
	registry := metrics.NewRegistry()
	b := &bench{t: t, at: instant{wallMs: wallMs}, registry: registry, disk: &disk{}}
	b.Output = &Output{
		process: "p1", logger: logger, builtin: metrics.RegisterBuiltinMetrics(registry),
		vitals: &vitals.Vitals{}, now: func() instant { return b.at },
		spool: &spool{file: b.disk, logger: logrus.NewEntry(logger)},
	}
	b.windows = newWindows(b.vitals, b.at)
	b.lastTick = b.at.mono
	b.vitals.BeforeLate(b.look)
	return b
}

// pass lets time pass on both clocks, with a tick each 100 ms as in life.
func (b *bench) pass(span time.Duration) {
	for ; span > 0; span -= tickInterval {
		b.jump(min(span, tickInterval))
		b.onTick()
	}
}

// jump lets time pass without anything being called.
func (b *bench) jump(span time.Duration) {
	b.at.mono += span
	b.at.wallMs += float64(span) / 1e6
}

func (b *bench) tags(pairs ...string) *metrics.TagSet {
	tags := b.registry.RootTagSet()
	for i := 0; i < len(pairs); i += 2 {
		tags = tags.With(pairs[i], pairs[i+1])
	}
	return tags
}

// request that ended now.
func (b *bench) request(name, status, code string, failed bool, duration time.Duration) *httpext.Trail {
	pairs := []string{"scenario", "soak", "name", name, "status", status}
	if code != "" {
		pairs = append(pairs, "error_code", code)
	}
	return &httpext.Trail{
		EndTime: time.Unix(0, int64(b.at.wallMs*1e6)), Duration: duration,
		Tags: b.tags(pairs...), Failed: null.BoolFrom(failed),
	}
}

func (b *bench) add(containers ...metrics.SampleContainer) { b.AddMetricSamples(containers) }

func TestWindowsAreAlignedToTheWallClockAndTheFirstIsPartial(t *testing.T) {
	b := newBench(t, boundaryMs+3_400)
	b.pass(27 * time.Second)
	records := b.disk.records(t)
	if len(records) != 3 {
		t.Fatalf("%d records after 27 s from second 3.4, want 3", len(records))
	}
	for i, want := range []struct{ start, end float64 }{
		{boundaryMs + 3_400, boundaryMs + 10_000}, {boundaryMs + 10_000, boundaryMs + 20_000}, {boundaryMs + 20_000, boundaryMs + 30_000},
	} {
		if r := records[i]; float64(r.Start) != want.start || float64(r.End) != want.end || r.Seq != int64(i) {
			t.Errorf("record %d: seq %d, %d to %d", i, r.Seq, r.Start-boundaryMs, r.End-boundaryMs)
		}
	}
}

func TestWindowsFollowOneAnotherWithoutAHoleHoweverLateTheTickComes(t *testing.T) {
	b := newBench(t, boundaryMs)
	for i, lateMs := range []int{70, 3, 95, 0, 20, 0} {
		end := time.Duration(i+1) * 10 * time.Second
		b.pass(end - tickInterval - b.at.mono)
		b.jump(tickInterval + time.Duration(lateMs)*time.Millisecond)
		b.onTick()
	}
	b.pass(time.Second)
	records := b.disk.records(t)
	if len(records) != 6 {
		t.Fatalf("%d records after a minute, want 6", len(records))
	}
	for i, r := range records {
		if from := boundaryMs + float64(i)*10_000; float64(r.Start) != from || float64(r.End) != from+10_000 {
			t.Errorf("record %d: %v to %v", i, float64(r.Start)-boundaryMs, float64(r.End)-boundaryMs)
		}
	}
}

func TestAClockThatIsSlewedLeavesNoHoleAndIsNoStep(t *testing.T) {
	for _, perTickMs := range []float64{-0.05, 0.05} {
		b := newBench(t, boundaryMs)
		for range 1000 {
			b.pass(tickInterval)
			b.at.wallMs += perTickMs
		}
		records := b.disk.records(t)
		for i, r := range records {
			if r.Clock.StepMs != 0 || (i > 0 && r.Start != records[i-1].End) {
				t.Errorf("slewed by %v ms a tick, window %d: from %v to %v, step %v", perTickMs, i, float64(r.Start)-boundaryMs, float64(r.End)-boundaryMs, r.Clock.StepMs)
			}
		}
	}
}

func TestARequestBelongsToTheWindowInWhichItEnded(t *testing.T) {
	b := newBench(t, boundaryMs)
	b.pass(9900 * time.Millisecond)
	straggler := b.request("GET /", "200", "", false, 20*time.Millisecond)
	b.pass(150 * time.Millisecond)
	b.add(straggler, b.request("GET /", "200", "", false, 20*time.Millisecond))
	b.pass(11 * time.Second)
	records := b.disk.records(t)
	for i, r := range records[:2] {
		if len(r.Req) != 1 || r.Req[0].N != 1 {
			t.Errorf("window %d: %+v, want one request", i, r.Req)
		}
	}
}

func TestOutcomesFollowK6sErrorCodes(t *testing.T) {
	b := newBench(t, boundaryMs)
	wanted := map[string]string{}
	for _, c := range []struct {
		status, code, outcome string
		failed                bool
	}{
		{"200", "", "ok", false}, {"404", "1404", "ok", false}, {"404", "1404", "http_error", true},
		{"503", "1503", "http_error", true}, {"200", "", "http_error", true}, {"200", "1701", "http_error", true},
		{"0", "1050", "timeout", true}, {"0", "1211", "timeout", true},
		{"0", "1212", "connect", true}, {"0", "1220", "connect", true}, {"0", "1101", "connect", true},
		{"0", "1311", "connect", true}, {"0", "1633", "connect", true}, {"0", "1000", "connect", true},
	} {
		name := fmt.Sprintf("%s/%s/%v", c.status, c.code, c.failed)
		wanted[name] = c.outcome
		b.add(b.request(name, c.status, c.code, c.failed, time.Millisecond))
	}
	b.pass(11 * time.Second)
	for _, row := range b.disk.records(t)[0].Req {
		if row.Outcome != wanted[row.Name] {
			t.Errorf("%s is %s, want %s", row.Name, row.Outcome, wanted[row.Name])
		}
		delete(wanted, row.Name)
	}
	if len(wanted) > 0 {
		t.Errorf("no record of %v", wanted)
	}
}

func TestARequestWithoutAnIdeaOfExpectedResponsesFailsByItsErrorCode(t *testing.T) {
	b := newBench(t, boundaryMs)
	plain, broken := b.request("plain", "200", "", false, time.Millisecond), b.request("broken", "500", "1500", false, time.Millisecond)
	plain.Failed, broken.Failed = null.Bool{}, null.Bool{}
	b.add(plain, broken)
	b.pass(11 * time.Second)
	got := map[string]string{}
	for _, row := range b.disk.records(t)[0].Req {
		got[row.Name] = row.Outcome
	}
	if got["plain"] != "ok" || got["broken"] != "http_error" {
		t.Errorf("%v", got)
	}
}

func TestDurationIsTheWholeWaitOfTheUser(t *testing.T) {
	b := newBench(t, boundaryMs)
	trail := b.request("GET /", "200", "", false, 10*time.Millisecond)
	trail.Blocked, trail.Connecting, trail.TLSHandshaking = 2*time.Millisecond, 3*time.Millisecond, 5*time.Millisecond
	trail.ConnDuration = trail.Connecting + trail.TLSHandshaking
	b.add(trail)
	w := b.windows.open.cells[0][ok]
	if got := w.sketch.Quantile(1); got < 19.9 || got > 20.1 {
		t.Errorf("total is %v ms, want 20", got)
	}
}

func TestChecksAndBytesAreSummed(t *testing.T) {
	b := newBench(t, boundaryMs)
	now := time.Unix(0, int64(b.at.wallMs*1e6))
	sample := func(metric *metrics.Metric, value float64, pairs ...string) metrics.Sample {
		return metrics.Sample{TimeSeries: metrics.TimeSeries{Metric: metric, Tags: b.tags(pairs...)}, Time: now, Value: value}
	}
	b.add(metrics.Samples{
		sample(b.builtin.DataSent, 100), sample(b.builtin.DataReceived, 900), sample(b.builtin.DataSent, 20),
		sample(b.builtin.Checks, 1, "check", "is 200"), sample(b.builtin.Checks, 0, "check", "is 200"),
		sample(b.builtin.Checks, 1, "check", "is <fast>", "group", "::a"), sample(b.builtin.Checks, 1, "check", "is <fast>", "group", "::b"),
	})
	b.pass(11 * time.Second)
	r := b.disk.records(t)[0]
	if r.Bytes.Sent != 120 || r.Bytes.Received != 900 {
		t.Errorf("bytes %+v", r.Bytes)
	}
	if len(r.Checks) != 2 || r.Checks[0] != (check{"is 200", 1, 1}) || r.Checks[1] != (check{"is <fast>", 2, 0}) {
		t.Errorf("checks %+v", r.Checks)
	}
}

func TestNamesBeyondTheCapArePooledAndCounted(t *testing.T) {
	b := newBench(t, boundaryMs)
	for i := range maxSeries + 50 {
		b.add(b.request(fmt.Sprintf("GET /%d", i), "200", "", false, time.Millisecond))
	}
	b.pass(11 * time.Second)
	r := b.disk.records(t)[0]
	other, total := uint64(0), uint64(0)
	for _, row := range r.Req {
		total += row.N
		if row.Name == otherName {
			other += row.N
		}
	}
	if len(r.Req) != maxSeries+1 || other != 50 || r.Pooled != 50 || total != maxSeries+50 || r.TagSets != maxSeries+50 {
		t.Errorf("%d rows, %d in other, pooled %d, total %d, tag sets %d", len(r.Req), other, r.Pooled, total, r.TagSets)
	}
}

func TestIterationsAreConservedOverAllWindows(t *testing.T) {
	b := newBench(t, boundaryMs)
	b.vitals.AddUser()
	for second := range 60 {
		b.vitals.Started.Add(10)
		b.vitals.Finished.Add(9)
		if second%7 == 0 {
			b.vitals.Interrupted.Add(2)
			b.vitals.Starved.Add(3)
			b.vitals.Paused.Add(1)
			b.vitals.AddLate(4)
		}
		b.pass(time.Second)
	}
	if err := b.stopForTest(); err != nil {
		t.Fatal(err)
	}
	sum := iterRecord{}
	last := record{}
	for _, r := range b.disk.records(t) {
		if r.Iter.Planned != r.Iter.Started+r.Iter.Starved+r.Iter.Late+r.Iter.Paused {
			t.Errorf("window %d: %+v does not add up", r.Seq, r.Iter)
		}
		sum.Planned += r.Iter.Planned
		sum.Started += r.Iter.Started
		sum.Finished += r.Iter.Finished
		sum.Interrupted += r.Iter.Interrupted
		last = r
	}
	if sum.Started != 600 || sum.Planned != 600+9*8 || sum.Started != sum.Finished+sum.Interrupted+last.Flight.Iterations {
		t.Errorf("sum %+v, in flight at the end %d", sum, last.Flight.Iterations)
	}
}

func TestAStallInventsNoWindowsAndItsLateArrivalsGoWhereTheyWereNoticed(t *testing.T) {
	b := newBench(t, boundaryMs)
	b.vitals.AddUser()
	b.pass(14 * time.Second)
	b.jump(33 * time.Second)
	// The executor wakes first.
	b.vitals.AddLate(500)
	b.onTick()
	b.pass(5 * time.Second)
	records := b.disk.records(t)
	if len(records) != 3 {
		t.Fatalf("%d records, want the two before and the one of the return", len(records))
	}
	before, after := records[1], records[2]
	if before.Iter.Late != 0 || after.Iter.Late != 500 {
		t.Errorf("late: %d before, %d after", before.Iter.Late, after.Iter.Late)
	}
	if before.End-boundaryMs != 20_000 || after.Start-boundaryMs != 47_000 || after.End-boundaryMs != 50_000 {
		t.Errorf("windows end at %d, and go on from %d to %d", before.End-boundaryMs, after.Start-boundaryMs, after.End-boundaryMs)
	}
	if after.Clock.TimerLagMs < 32_000 || after.Clock.StepMs != 0 {
		t.Errorf("clock %+v", after.Clock)
	}
}

func TestAStepOfTheClockIsMarkedInTheWindowAfterIt(t *testing.T) {
	for _, stepMs := range []float64{-7_200_000, -3_000, 3_000, 7_200_000} {
		b := newBench(t, boundaryMs)
		b.pass(15 * time.Second)
		b.at.wallMs += stepMs
		b.pass(30 * time.Second)
		marked, sum := 0, 0.0
		for _, r := range b.disk.records(t) {
			if r.End <= r.Start || r.End-r.Start > windowMs {
				t.Errorf("step %v: a window from %d to %d", stepMs, r.Start, r.End)
			}
			if r.Clock.StepMs != 0 {
				marked++
				sum += r.Clock.StepMs
			}
		}
		if marked != 1 || sum < stepMs-1 || sum > stepMs+1 {
			t.Errorf("step %v: %d windows say %v", stepMs, marked, sum)
		}
	}
}

func TestAnEmptyWindowIsARecordToo(t *testing.T) {
	b := newBench(t, boundaryMs)
	b.pass(41 * time.Second)
	if n := len(b.disk.records(t)); n != 4 {
		t.Errorf("%d records in 41 s without traffic", n)
	}
}

func TestIterationsOfOtherExecutorsAreCountedByK6sMetrics(t *testing.T) {
	b := newBench(t, boundaryMs)
	now := time.Unix(0, int64(b.at.wallMs*1e6))
	for _, metric := range []*metrics.Metric{b.builtin.Iterations, b.builtin.Iterations, b.builtin.DroppedIterations} {
		b.add(metrics.Sample{TimeSeries: metrics.TimeSeries{Metric: metric, Tags: b.tags()}, Time: now, Value: 1})
	}
	b.pass(11 * time.Second)
	if iter := b.disk.records(t)[0].Iter; iter != (iterRecord{Planned: 3, Started: 2, Finished: 2, Starved: 1}) {
		t.Errorf("%+v", iter)
	}
}

func TestAWindowOfKnownNamesCostsNoAllocationPerRequest(t *testing.T) {
	b := newBench(t, boundaryMs)
	batch := []metrics.SampleContainer{}
	for range 100 {
		batch = append(batch, b.request("GET /", "200", "", false, 3*time.Millisecond))
	}
	b.add(batch...)
	if allocations := testing.AllocsPerRun(100, func() { b.AddMetricSamples(batch) }); allocations > 0 {
		t.Errorf("%v allocations for 100 requests", allocations)
	}
}

func BenchmarkRequest(b *testing.B) {
	out := newBench(b, boundaryMs)
	batch := []metrics.SampleContainer{out.request("GET /", "200", "", false, 3*time.Millisecond)}
	for b.Loop() {
		out.AddMetricSamples(batch)
	}
}
