// SPDX-License-Identifier: AGPL-3.0-only

package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
)

const recordVersion = 1

// record is one line of the spool file, as docs/formats.md of soakd describes it.
type record struct {
	Version int         `json:"v"`
	Process string      `json:"process"`
	Seq     int64       `json:"seq"`
	Start   int64       `json:"start"`
	End     int64       `json:"end"`
	Iter    iterRecord  `json:"iter"`
	Flight  flight      `json:"flight"`
	Users   usersRecord `json:"users"`
	Req     []reqRecord `json:"req"`
	Checks  []check     `json:"checks"`
	Bytes   byteCounts  `json:"bytes"`
	Clock   clockRecord `json:"clock"`
	TagSets int         `json:"tagSets"`
	Pooled  uint64      `json:"pooled"`
	Dropped int64       `json:"dropped"`
}

type iterRecord struct {
	Planned     int64 `json:"planned"`
	Started     int64 `json:"started"`
	Finished    int64 `json:"finished"`
	Interrupted int64 `json:"interrupted"`
	Starved     int64 `json:"starved"`
	Late        int64 `json:"late"`
	Paused      int64 `json:"paused"`
}

type flight struct {
	Iterations        int64    `json:"iterations"`
	OldestIterationMs *float64 `json:"oldestIterationMs"`
	Requests          int64    `json:"requests"`
	OldestRequestMs   *float64 `json:"oldestRequestMs"`
}

type usersRecord struct {
	Busy int64 `json:"busy"`
	Max  int64 `json:"max"`
}

type reqRecord struct {
	Scenario string            `json:"scenario"`
	Name     string            `json:"name"`
	Outcome  string            `json:"outcome"`
	N        uint64            `json:"n"`
	Status   map[string]uint64 `json:"status"`
	Codes    map[string]uint64 `json:"codes"`
	Sketch   string            `json:"sketch"`
}

type check struct {
	Name string `json:"name"`
	Pass uint64 `json:"pass"`
	Fail uint64 `json:"fail"`
}

type byteCounts struct {
	Sent     int64 `json:"sent"`
	Received int64 `json:"received"`
}

type clockRecord struct {
	TimerLagMs float64 `json:"timerLagMs"`
	StepMs     float64 `json:"stepMs"`
}

// record describes a closed window.
func (d *directory) record(w *window) record {
	return record{
		Version: recordVersion,
		Start:   int64(w.startMs), End: int64(w.endMs),
		Iter: iterRecord{
			Planned: w.counts.Planned(), Started: w.counts.Started,
			Finished: w.counts.Finished, Interrupted: w.counts.Interrupted,
			Starved: w.counts.Starved, Late: w.counts.Late, Paused: w.counts.Paused,
		},
		Flight: flight{
			Iterations: w.flight.Iterations, OldestIterationMs: w.flight.OldestIterationMs,
			Requests: w.flight.Requests, OldestRequestMs: w.flight.OldestRequestMs,
		},
		Users:   usersRecord{Busy: w.flight.Iterations, Max: w.flight.UsersMax},
		Req:     d.requests(w),
		Checks:  d.checkRecords(w),
		Bytes:   byteCounts{Sent: int64(w.sent), Received: int64(w.received)},
		Clock:   clockRecord{TimerLagMs: round3(w.timerLagMs), StepMs: round3(w.stepMs)},
		TagSets: d.tagSets,
		Pooled:  w.pooled,
	}
}

func (d *directory) requests(w *window) []reqRecord {
	rows := []reqRecord{}
	for series := range w.cells {
		for result, c := range w.cells[series] {
			if c == nil || c.count == 0 {
				continue
			}
			statuses := map[string]uint64{}
			for class, count := range c.statuses {
				if count > 0 {
					statuses[statusNames[class]] = count
				}
			}
			rows = append(rows, reqRecord{
				Scenario: d.series[series].scenario, Name: d.series[series].name, Outcome: outcomeNames[result],
				N: c.count, Status: statuses, Codes: c.codes, Sketch: c.sketch.Encode(),
			})
		}
	}
	return rows
}

func (d *directory) checkRecords(w *window) []check {
	rows := []check{}
	for number, count := range w.checks {
		if count.pass+count.fail > 0 {
			rows = append(rows, check{Name: d.checks[number], Pass: count.pass, Fail: count.fail})
		}
	}
	return rows
}

// line is the record as it stands in the file: checksum, space, JSON, line feed.
func (r record) line() ([]byte, error) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(r); err != nil {
		return nil, err
	}
	content := bytes.TrimSuffix(body.Bytes(), []byte("\n"))
	line := fmt.Appendf(make([]byte, 0, len(content)+10), "%08x ", crc32.ChecksumIEEE(content))
	return append(append(line, content...), '\n'), nil
}

func round3(value float64) float64 { return float64(int64(value*1000)) / 1000 }
