// SPDX-License-Identifier: AGPL-3.0-only

package soakd_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.k6.io/k6/v2/cmd"

	_ "xk6-soakd"
)

// The contract with k6: its API for executors is exported and not promised. The test binary is k6 itself when asked to be, so the
// real scheduler runs the real executor, output and module.
const beK6 = "SOAKD_TEST_BE_K6"

func TestMain(m *testing.M) {
	if os.Getenv(beK6) != "" {
		cmd.Execute()
		return
	}
	os.Exit(m.Run())
}

type point struct {
	AtMs   float64 `json:"atMs"`
	Rate   float64 `json:"iterationsPerSecond"`
	Paused bool    `json:"paused"`
}

type plan struct {
	Version  int     `json:"version"`
	Revision int     `json:"revision"`
	Seed     int     `json:"seed"`
	Arrivals string  `json:"arrivals"`
	StartMs  float64 `json:"startMs"`
	EndMs    float64 `json:"endMs"`
	Points   []point `json:"points"`
}

func planFrom(start time.Time, lasts time.Duration, rate float64) plan {
	from := float64(start.UnixMilli())
	to := from + float64(lasts.Milliseconds())
	return plan{Version: 1, Revision: 1, Seed: 7, Arrivals: "poisson", StartMs: from, EndMs: to, Points: []point{{AtMs: from, Rate: rate}, {AtMs: to, Rate: rate}}}
}

type window struct {
	Start, End int64
	Iter       struct{ Planned, Started, Finished, Interrupted, Starved, Late, Paused int64 }
	Flight     struct {
		Iterations, Requests               int64
		OldestIterationMs, OldestRequestMs *float64
	}
	Users struct{ Busy, Max int64 }
	Req   []struct {
		Scenario, Name, Outcome string
		N                       int64
	}
	Checks []struct{ Pass, Fail int64 }
	Clock  struct{ TimerLagMs float64 }
}

// decks of the script below, drawn from once an iteration; the indexes are in the name of the request.
var decks = []struct{ weights, costs []float64 }{
	{[]float64{3, 1}, []float64{1, 2}}, {[]float64{60, 30, 10}, []float64{1, 4, 8}}, {[]float64{98, 2}, []float64{1, 20}},
}

// soak is a k6 at work on a server that the test owns.
type soak struct {
	t               *testing.T
	planPath, spool string
	command         *exec.Cmd
	talk            bytes.Buffer
	requests        atomic.Int64
	hang            chan struct{}

	mu sync.Mutex
	// When requests came, and what exec.scenario.progress was in the last one.
	came     []time.Time
	progress string
}

func (s *soak) note(r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.came = append(s.came, time.Now())
	s.progress = r.URL.Query().Get("progress")
	s.requests.Add(1)
}

// seen is the number of requests that came in a stretch of time.
func (s *soak) seen(from time.Time, lasts time.Duration) (count int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, at := range s.came {
		if !at.Before(from) && at.Before(from.Add(lasts)) {
			count++
		}
	}
	return count
}

func (s *soak) shownProgress() float64 {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	value, err := strconv.ParseFloat(s.progress, 64)
	if err != nil {
		s.t.Errorf("progress %q", s.progress)
	}
	return value
}

// start runs k6 with a script that makes one request an iteration; the target answers at once, on /hang never.
func start(t *testing.T, p plan, options, path string) *soak {
	t.Helper()
	s := &soak{t: t, hang: make(chan struct{})}
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.note(r)
		if r.URL.Path == "/hang" {
			select {
			case <-s.hang:
			case <-r.Context().Done():
			}
		}
		w.WriteHeader(http.StatusOK)
	}))
	folder := t.TempDir()
	s.planPath, s.spool = filepath.Join(folder, "plan.json"), filepath.Join(folder, "windows.jsonl")
	s.write(p)
	script := fmt.Sprintf(`
		import http from 'k6/http';
		import { check } from 'k6';
		import exec from 'k6/execution';
		import { deck, track } from 'k6/x/soakd';
		export const options = { discardResponseBodies: true, scenarios: { soak: {
			executor: 'soakd-arrival', planFile: %q, %s } } };
		const decks = [%s];
		export default function () {
			track();
			const name = decks.map((draw) => draw()).join();
			const res = http.get(%q + exec.scenario.progress, { tags: { name } });
			check(res, { 'is 200': (r) => r.status === 200 });
		}`, s.planPath, options, deckCalls(t), target.URL+path+"?progress=")
	scriptPath := filepath.Join(folder, "script.js")
	if err := os.WriteFile(scriptPath, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	s.command = exec.Command(os.Args[0], "run", "--summary-mode=disabled", "--no-thresholds", "--no-usage-report", //nolint:gosec // itself
		"--quiet", "--address=", "--out", "soakd="+s.spool+"?process=p1", scriptPath)
	s.command.Env = append(os.Environ(), beK6+"=1", "K6_AUTO_EXTENSION_RESOLUTION=false", "HOME="+folder)
	s.command.Stdout, s.command.Stderr = &s.talk, &s.talk
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.command.Process.Kill()
		_ = s.command.Wait()
		close(s.hang)
		target.Close()
	})
	return s
}

func deckCalls(t *testing.T) string {
	t.Helper()
	calls := []string{}
	for i, of := range decks {
		arguments, err := json.Marshal([]any{fmt.Sprint("deck", i), of.weights, of.costs})
		if err != nil {
			t.Fatal(err)
		}
		calls = append(calls, fmt.Sprintf("deck(...%s)", arguments))
	}
	return strings.Join(calls, ", ")
}

// end takes all that is still to come out of the plan.
func (s *soak) end(p plan) {
	s.t.Helper()
	p.Revision++
	p.EndMs = float64(time.Now().UnixMilli()) - 1
	s.write(p)
}

func (s *soak) write(p plan) {
	s.t.Helper()
	data, err := json.Marshal(p)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.planPath+".new", data, 0o600); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Rename(s.planPath+".new", s.planPath); err != nil {
		s.t.Fatal(err)
	}
}

func (s *soak) signal(signal os.Signal) {
	s.t.Helper()
	if err := s.command.Process.Signal(signal); err != nil {
		s.t.Fatal(err)
	}
}

// wait returns k6's exit code.
func (s *soak) wait() int {
	s.t.Helper()
	_ = s.command.Wait()
	return s.command.ProcessState.ExitCode()
}

func (s *soak) until(what string, reached func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !reached(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("not within 30 s: %s\n%s", what, s.talk.String())
		}
	}
}

// windows reads what is in the spool so far and checks each record against itself.
func (s *soak) windows() []window {
	s.t.Helper()
	content, err := os.ReadFile(s.spool)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.t.Fatalf("%v\n%s", err, s.talk.String())
	}
	all := []window{}
	for line := range strings.Lines(string(content)) {
		if !strings.HasSuffix(line, "\n") {
			break // Still being written.
		}
		var w window
		if err := json.Unmarshal([]byte(line[9:]), &w); err != nil {
			s.t.Fatal(err)
		}
		if i := w.Iter; i.Planned != i.Started+i.Starved+i.Late+i.Paused {
			s.t.Errorf("%+v does not add up", i)
		}
		all = append(all, w)
	}
	return all
}

// total sums the windows; flight is that of the last one.
func (s *soak) total() window {
	s.t.Helper()
	sum := window{}
	for _, w := range s.windows() {
		sum.Iter.Planned += w.Iter.Planned
		sum.Iter.Started += w.Iter.Started
		sum.Iter.Finished += w.Iter.Finished
		sum.Iter.Interrupted += w.Iter.Interrupted
		sum.Iter.Starved += w.Iter.Starved
		sum.Iter.Late += w.Iter.Late
		sum.Iter.Paused += w.Iter.Paused
		sum.Flight, sum.Users = w.Flight, w.Users
		sum.Req = append(sum.Req, w.Req...)
		sum.Checks = append(sum.Checks, w.Checks...)
		sum.Clock.TimerLagMs = math.Max(sum.Clock.TimerLagMs, w.Clock.TimerLagMs)
	}
	return sum
}

func (w window) requests(outcome string) (count int64) {
	for _, row := range w.Req {
		if row.Outcome == outcome && row.Scenario == "soak" {
			count += row.N
		}
	}
	return count
}

func TestK6FollowsThePlanToItsEndAndExits(t *testing.T) {
	t.Parallel()
	s := start(t, planFrom(time.Now(), 6*time.Second, 100), "maxVUs: 10, drain: '5s'", "/")
	if code := s.wait(); code != 0 {
		t.Fatalf("exit code %d\n%s", code, s.talk.String())
	}
	sum := s.total()
	if sum.Iter.Started != sum.Iter.Finished || sum.Iter.Started < 100 || sum.Iter.Planned > 601 {
		t.Errorf("%+v", sum.Iter)
	}
	if sum.requests("ok") != s.requests.Load() || sum.requests("ok") != sum.Iter.Started {
		t.Errorf("%d requests recorded, %d arrived, %d iterations", sum.requests("ok"), s.requests.Load(), sum.Iter.Started)
	}
	passed := int64(0)
	for _, check := range sum.Checks {
		passed += check.Pass
	}
	if passed != sum.Iter.Started || sum.Users.Max != 10 {
		t.Errorf("%d checks passed, %d users", passed, sum.Users.Max)
	}
}

func TestAPlanRewrittenWhileK6RunsChangesTheRateExtendsAndStops(t *testing.T) {
	t.Parallel()
	began := time.Now()
	p := planFrom(began, 8*time.Second, 20)
	s := start(t, p, "maxVUs: 10, drain: '5s'", "/")
	s.until("traffic", func() bool { return s.requests.Load() > 5 })

	// Broken, then older: both leave the plan in force.
	if err := os.WriteFile(s.planPath, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.until("traffic in spite of a broken plan", func() bool { return s.requests.Load() > 20 })
	older := p
	older.Revision, older.EndMs = 0, p.StartMs+1
	s.write(older)
	s.until("traffic in spite of an older plan", func() bool { return s.requests.Load() > 35 })

	nowMs := float64(time.Now().UnixMilli())
	faster := planFrom(began, 10*time.Minute, 400)
	faster.Revision = 2
	faster.Points = []point{{AtMs: p.StartMs, Rate: 20}, {AtMs: nowMs, Rate: 20}, {AtMs: nowMs, Rate: 400}, {AtMs: faster.EndMs, Rate: 400}}
	s.write(faster)
	s.until("the higher rate", func() bool { return s.requests.Load() > 800 })
	// The end of a plan is an instant on the wall: the test has to live to see it.
	s.until("the first plan's end", func() bool { return time.Since(began) > 9*time.Second })
	if progress := s.shownProgress(); progress > 0.5 {
		t.Errorf("scripts are shown a progress of %v, nine seconds into ten minutes", progress)
	}

	s.end(faster)
	if code := s.wait(); code != 0 {
		t.Fatalf("exit code %d\n%s", code, s.talk.String())
	}
	if sum := s.total(); sum.Iter.Interrupted != 0 || sum.Iter.Started != sum.Iter.Finished || sum.requests("ok") != sum.Iter.Started {
		t.Errorf("%+v, %d requests", sum.Iter, sum.requests("ok"))
	}
	for _, warning := range []string{"makes no sense", "revision 0, below 1"} {
		if !strings.Contains(s.talk.String(), warning) {
			t.Errorf("k6 does not warn %q:\n%s", warning, s.talk.String())
		}
	}
}

func TestAPausedPlanIsCountedAndNotOffered(t *testing.T) {
	t.Parallel()
	p := planFrom(time.Now(), 5*time.Second, 50)
	p.Points[0].Paused = true
	s := start(t, p, "maxVUs: 5", "/")
	if code := s.wait(); code != 0 {
		t.Fatalf("exit code %d\n%s", code, s.talk.String())
	}
	if sum := s.total(); sum.Iter.Paused < 50 || sum.Iter.Paused != sum.Iter.Planned || s.requests.Load() != 0 {
		t.Errorf("%+v, %d requests", sum.Iter, s.requests.Load())
	}
}

func TestAHangingTargetShowsAsRequestsInFlightAndStarvedArrivalsAndTheDrainEndsIt(t *testing.T) {
	t.Parallel()
	p := planFrom(time.Now(), 10*time.Minute, 100)
	s := start(t, p, "maxVUs: 4, drain: '500ms', lateTolerance: '5s'", "/hang")
	s.until("a window that ends with 4 requests in flight, and 50 starved arrivals", func() bool {
		hanging, starved := false, int64(0)
		for _, w := range s.windows() {
			f := w.Flight
			starved += w.Iter.Starved
			hanging = hanging || f.Requests == 4 && f.Iterations == 4 && f.OldestRequestMs != nil && *f.OldestRequestMs > 0 && w.Users.Busy == 4
		}
		return hanging && starved >= 50
	})
	s.end(p)
	if code := s.wait(); code != 0 {
		t.Fatalf("exit code %d\n%s", code, s.talk.String())
	}
	sum := s.total()
	if sum.Iter.Started != 4 || sum.Iter.Interrupted != 4 || sum.Iter.Late != 0 || sum.Flight.Iterations != 0 {
		t.Errorf("%+v in flight at the end %+v", sum.Iter, sum.Flight)
	}
}

func TestAStoppedK6CountsLateAndFiresNoBurst(t *testing.T) {
	p := planFrom(time.Now(), 10*time.Minute, 100)
	s := start(t, p, "maxVUs: 50, drain: '5s'", "/")
	s.until("traffic", func() bool { return s.requests.Load() > 100 })
	stopped := time.Now()
	s.signal(syscall.SIGSTOP)
	// Arrivals come due by the clock on the wall and nothing else happens meanwhile: the time has to pass. Six times the
	// tolerance tells what is late from what is not.
	time.Sleep(1500 * time.Millisecond)
	s.signal(syscall.SIGCONT)
	back := time.Now()
	before := s.requests.Load()
	s.until("a second's traffic after the return", func() bool { return s.requests.Load() > before+100 })
	s.end(p)
	if code := s.wait(); code != 0 {
		t.Fatalf("exit code %d\n%s", code, s.talk.String())
	}
	if burst := s.seen(back, 200*time.Millisecond); burst > 100 {
		t.Errorf("%d requests within 0.2 s of the return, at 100/s and 150 overdue", burst)
	}
	sum := s.total()
	late := 100 * (back.Sub(stopped).Seconds() - 0.25)
	if math.Abs(float64(sum.Iter.Late)-late) > 0.4*late {
		t.Errorf("%+v: %.0f arrivals came due too early to be offered", sum.Iter, late)
	}
	if sum.Clock.TimerLagMs < 1000 {
		t.Errorf("the windows own up to a timer lag of %v ms", sum.Clock.TimerLagMs)
	}
	if sum.Iter.Started != sum.Iter.Finished || sum.requests("ok") != sum.Iter.Started {
		t.Errorf("%+v", sum.Iter)
	}
}

func TestAScriptThatAbortsTheTestEndsIt(t *testing.T) {
	t.Parallel()
	out, code := runScript(t, "", `import exec from 'k6/execution';
		export const options = { scenarios: { soak: { executor: 'soakd-arrival', planFile: 'PLAN', maxVUs: 2 } } };
		export default function () { exec.test.abort('enough'); }`)
	if code != 108 || !strings.Contains(out, "enough") {
		t.Errorf("exit code %d, want 108 as with k6's own executors\n%s", code, out)
	}
}

func TestBadOptionsAreRefusedWithEveryProblem(t *testing.T) {
	t.Parallel()
	out, code := runScript(t, "", `export const options = { scenarios: { soak: {
		executor: 'soakd-arrival', planFile: '/nowhere/plan.json', maxVUs: 0, gracefulStop: '3s' } } };
		export default function () {}`)
	for _, problem := range []string{"maxVUs must be 1 or more", "/nowhere/plan.json", "use drain"} {
		if !strings.Contains(out, problem) {
			t.Errorf("k6 does not say %q:\n%s", problem, out)
		}
	}
	if code != 104 {
		t.Errorf("exit code %d, want 104", code)
	}
}

func TestExecutionSegmentsAreRefused(t *testing.T) {
	t.Parallel()
	out, code := runScript(t, "--execution-segment=0:1/2", `
		export const options = { scenarios: { soak: { executor: 'soakd-arrival', planFile: 'PLAN', maxVUs: 4 } } };
		export default function () {}`)
	if code == 0 || !strings.Contains(out, "share of the rate") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

// runScript runs k6 to its end on a script in which PLAN stands for a plan of ten arrivals a second for a minute.
func runScript(t *testing.T, flag, script string) (talk string, code int) {
	t.Helper()
	folder := t.TempDir()
	planPath, scriptPath := filepath.Join(folder, "plan.json"), filepath.Join(folder, "script.js")
	data, err := json.Marshal(planFrom(time.Now(), time.Minute, 10))
	if err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string]string{planPath: string(data), scriptPath: strings.ReplaceAll(script, "PLAN", planPath)} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"run", "--quiet", "--no-usage-report", "--summary-mode=disabled", "--no-thresholds", "--address=", scriptPath}
	if flag != "" {
		args = append(args, flag)
	}
	k6 := exec.Command(os.Args[0], args...) //nolint:gosec // itself
	k6.Env = append(os.Environ(), beK6+"=1", "K6_AUTO_EXTENSION_RESOLUTION=false", "HOME="+folder)
	out, _ := k6.CombinedOutput()
	return string(out), k6.ProcessState.ExitCode()
}

func TestTheRateIsMetByTheClockOfTheTarget(t *testing.T) {
	t.Parallel()
	began := time.Now().Add(3 * time.Second)
	s := start(t, planFrom(began, 5*time.Second, 200), "maxVUs: 50", "/")
	if code := s.wait(); code != 0 {
		t.Fatalf("exit code %d\n%s", code, s.talk.String())
	}
	// The start lies ahead, so all of the plan is this process's.
	if sum := s.total(); sum.Iter.Planned != 1000 || math.Abs(float64(sum.Iter.Started)-1000) > 50 {
		t.Errorf("%+v, want 1000 planned", sum.Iter)
	}
}

func TestTheDecksOfAScriptComeOutEvenAtTheEndOfThePlan(t *testing.T) {
	t.Parallel()
	p := planFrom(time.Now().Add(3*time.Second), 5*time.Second, 20)
	p.Arrivals = "even"
	s := start(t, p, "maxVUs: 20, lateTolerance: '5s'", "/")
	if code := s.wait(); code != 0 {
		t.Fatalf("exit code %d\n%s", code, s.talk.String())
	}
	sum := s.total()
	if sum.Iter.Started != 100 {
		t.Fatalf("%+v, want 100 started", sum.Iter)
	}
	for i, of := range decks {
		cost, weight, mean := 0.0, 0.0, 0.0
		for index := range of.weights {
			mean += of.weights[index] * of.costs[index]
			weight += of.weights[index]
		}
		for _, row := range sum.Req {
			index, err := strconv.Atoi(strings.Split(row.Name, ",")[i])
			if err != nil {
				t.Fatal(err)
			}
			cost += of.costs[index] * float64(row.N)
		}
		// Each of the three sums can be met exactly; a deck that does not know its arrivals meets all of them once in hundreds.
		if want := 100 * mean / weight; math.Abs(cost-want) > 1e-6 {
			t.Errorf("costs %v: 100 draws cost %v, planned %v", of.costs, cost, want)
		}
	}
}
