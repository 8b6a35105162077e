// SPDX-License-Identifier: AGPL-3.0-only

package output

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"go.k6.io/k6/v2/lib/netext/httpext"
	"go.k6.io/k6/v2/metrics"
	k6output "go.k6.io/k6/v2/output"

	"xk6-soakd/vitals"
)

const (
	// How often the clock and the timer are looked at.
	tickInterval = 100 * time.Millisecond
	// k6 hands samples over every 50 ms; a closed window waits that long for the rest of its requests.
	settle = 200 * time.Millisecond
)

func init() { k6output.RegisterExtension("soakd", New) }

// Output implements k6's output.Output.
type Output struct {
	path, process string
	logger        logrus.FieldLogger
	builtin       *metrics.BuiltinMetrics
	vitals        *vitals.Vitals
	now           func() instant

	mu       sync.Mutex
	windows  *windows
	spool    *spool
	file     *os.File
	seq      int64
	lastTick time.Duration
	stop     chan struct{}
	stopped  chan struct{}
}

var (
	_ k6output.Output             = &Output{}
	_ k6output.WithBuiltinMetrics = &Output{}
)

// New reads FILE?process=ID from the argument of --out, else K6_SOAKD_SPOOL and K6_SOAKD_PROCESS. Without an ID the process id is
// used.
func New(params k6output.Params) (k6output.Output, error) {
	path, process := params.Environment["K6_SOAKD_SPOOL"], params.Environment["K6_SOAKD_PROCESS"]
	if params.ConfigArgument != "" {
		file, query, _ := strings.Cut(params.ConfigArgument, "?")
		options, err := url.ParseQuery(query)
		if err != nil {
			return nil, fmt.Errorf("--out soakd=%s: %w", params.ConfigArgument, err)
		}
		for key := range options {
			if key != "process" {
				return nil, fmt.Errorf("--out soakd=%s: %q is no option, only process is", params.ConfigArgument, key)
			}
		}
		path = file
		if options.Has("process") {
			process = options.Get("process")
		}
	}
	if path == "" {
		return nil, errNoSpool
	}
	if process == "" {
		process = strconv.Itoa(os.Getpid())
	}
	return &Output{
		path: filepath.Clean(path), process: process, logger: params.Logger.WithField("output", "soakd"),
		vitals: vitals.Process, now: monotonicNow(),
	}, nil
}

// SetBuiltinMetrics implements output.WithBuiltinMetrics.
func (o *Output) SetBuiltinMetrics(builtin *metrics.BuiltinMetrics) { o.builtin = builtin }

// Description is k6's line about the output.
func (o *Output) Description() string { return "soakd (" + o.path + ")" }

// Start opens the file and the first window.
func (o *Output) Start() error {
	spool, file, err := openSpool(o.path, o.logger)
	if err != nil {
		return fmt.Errorf("soakd output: %w", err)
	}
	o.spool, o.file = spool, file
	o.begin()
	o.vitals.BeforeLate(o.look)
	go o.tick()
	return nil
}

func (o *Output) begin() {
	now := o.now()
	o.windows = newWindows(o.vitals, now)
	o.lastTick = now.mono
	o.stop, o.stopped = make(chan struct{}), make(chan struct{})
}

// look brings the windows up to the present.
func (o *Output) look() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.settleAll(o.windows.observe(o.now()))
}

func (o *Output) tick() {
	defer close(o.stopped)
	ticker := time.NewTicker(tickInterval)
	defer ticker.Stop()
	for {
		select {
		case <-o.stop:
			return
		case <-ticker.C:
			o.onTick()
		}
	}
}

func (o *Output) onTick() {
	o.roll()
	// Without the lock: a disk that hangs must not stop k6.
	o.spool.flush()
}

func (o *Output) roll() {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.now()
	o.settleAll(o.windows.observe(now))
	o.windows.lag(float64(now.mono-o.lastTick-tickInterval) / 1e6)
	o.lastTick = now.mono
	o.settleAll(o.windows.settled(now))
}

// settleAll queues the records of windows that are complete.
func (o *Output) settleAll(complete []*window) {
	for _, w := range complete {
		rec := o.windows.directory.record(w)
		rec.Process, rec.Seq, rec.Dropped = o.process, o.seq, o.spool.droppedSoFar()
		o.seq++
		line, err := rec.line()
		if err != nil {
			o.logger.WithError(err).Error("soakd output cannot encode a window")
			o.spool.lost()
			continue
		}
		o.spool.add(line)
		o.windows.release(w)
	}
}

// AddMetricSamples aggregates at once. k6 calls it from one goroutine every 50 ms.
func (o *Output) AddMetricSamples(containers []metrics.SampleContainer) {
	if len(containers) == 0 {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.settleAll(o.windows.observe(o.now()))
	for _, container := range containers {
		switch samples := container.(type) {
		case *httpext.Trail:
			o.addTrail(samples)
		default:
			for _, sample := range samples.GetSamples() {
				o.addSample(sample)
			}
		}
	}
}

func (o *Output) addTrail(trail *httpext.Trail) {
	request := o.windows.directory.request(trail.Tags)
	total := trail.Blocked + trail.ConnDuration + trail.Duration
	o.windows.at(trail.EndTime).addRequest(request, outcomeOf(trail, request), float64(total)/1e6)
}

// outcomeOf goes by the script's own idea of an expected response, where it has one.
func outcomeOf(trail *httpext.Trail, request *seriesOfTags) outcome {
	failed := request.code != ""
	if trail.Failed.Valid {
		failed = trail.Failed.Bool
	}
	if failed {
		return request.failure
	}
	return ok
}

func (o *Output) addSample(sample metrics.Sample) {
	switch sample.Metric {
	case o.builtin.Checks:
		o.windows.at(sample.Time).addCheck(o.windows.directory.check(sample.Tags), sample.Value != 0)
	case o.builtin.DataSent:
		o.windows.at(sample.Time).sent += sample.Value
	case o.builtin.DataReceived:
		o.windows.at(sample.Time).received += sample.Value
	case o.builtin.Iterations:
		o.windows.at(sample.Time).iterations += int64(sample.Value)
	case o.builtin.DroppedIterations:
		o.windows.at(sample.Time).dropped += int64(sample.Value)
	}
}

// Stop writes the last window, which ends now.
func (o *Output) Stop() error {
	close(o.stop)
	<-o.stopped
	o.mu.Lock()
	o.settleAll(o.windows.finish(o.now()))
	o.mu.Unlock()
	if left := o.spool.flush(); left > 0 {
		o.logger.Errorf("soakd output: %d records could not be written and are lost", left)
	}
	return o.file.Close()
}
