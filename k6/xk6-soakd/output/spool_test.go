// SPDX-License-Identifier: AGPL-3.0-only

package output

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sirupsen/logrus/hooks/test"
	k6output "go.k6.io/k6/v2/output"
)

// disk is a file in memory that can be full: it takes room bytes more, when room is not negative.
type disk struct {
	content bytes.Buffer
	full    bool
	room    int
	calls   int
}

func (d *disk) Write(p []byte) (int, error) {
	d.calls++
	if !d.full {
		return d.content.Write(p)
	}
	n, _ := d.content.Write(p[:min(len(p), d.room)])
	d.room -= n
	return n, syscall.ENOSPC
}

// records reads the lines back; a line whose checksum is wrong fails the test.
func (d *disk) records(t testing.TB) []record {
	t.Helper()
	good, bad := readLines(t, d.content.Bytes())
	if bad > 0 {
		t.Errorf("%d lines with a wrong checksum", bad)
	}
	return good
}

func readLines(t testing.TB, content []byte) (good []record, bad int) {
	t.Helper()
	for line := range bytes.Lines(content) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		if len(line) == 0 {
			continue
		}
		var r record
		if len(line) < 9 || string(line[:8]) != fmt.Sprintf("%08x", crc32.ChecksumIEEE(line[9:])) {
			bad++
		} else if err := json.Unmarshal(line[9:], &r); err != nil {
			t.Error(err)
		} else {
			good = append(good, r)
		}
	}
	return good, bad
}

func newSpool(file io.Writer) *spool {
	logger, _ := test.NewNullLogger()
	return &spool{file: file, logger: logger}
}

// stopForTest is Stop without a file and a ticker.
func (b *bench) stopForTest() error {
	b.settleAll(b.windows.finish(b.now()))
	if left := b.spool.flush(); left > 0 {
		return fmt.Errorf("%d left", left)
	}
	return nil
}

func TestEachRecordIsOneWrite(t *testing.T) {
	b := newBench(t, boundaryMs)
	b.pass(31 * time.Second)
	if b.disk.calls != 3 {
		t.Errorf("%d writes for 3 records", b.disk.calls)
	}
}

func TestAFullDiskKeepsTheNewestRecordsDropsTheOldestAndCountsThem(t *testing.T) {
	b := newBench(t, boundaryMs)
	b.pass(21 * time.Second)
	b.disk.full = true
	b.pass(time.Duration(maxWaiting+20) * 10 * time.Second)
	b.disk.full = false
	b.pass(20 * time.Second)

	records := b.disk.records(t)
	last := records[len(records)-1]
	missing := last.Seq + 1 - int64(len(records))
	if missing == 0 || last.Dropped != missing {
		t.Errorf("%d records are missing, the last one says %d dropped", missing, last.Dropped)
	}
	for i := 1; i < len(records); i++ {
		if records[i].Seq <= records[i-1].Seq {
			t.Errorf("record %d follows %d", records[i].Seq, records[i-1].Seq)
		}
	}
	if len(records) < maxWaiting {
		t.Errorf("only %d records were kept", len(records))
	}
}

func TestATornWriteIsClosedOffAndTheRecordWrittenAgainInFull(t *testing.T) {
	b := newBench(t, boundaryMs)
	b.pass(11 * time.Second)
	b.disk.full, b.disk.room = true, 40
	b.pass(10 * time.Second)
	b.disk.full = false
	b.pass(10 * time.Second)
	good, bad := readLines(t, b.disk.content.Bytes())
	if len(good) != 3 || bad != 1 {
		t.Errorf("%d good and %d bad lines, want 3 and the torn one", len(good), bad)
	}
}

func TestAWriteThatStopsAfterTheClosingLineFeedLeavesNothingTorn(t *testing.T) {
	file := &disk{full: true, room: 3}
	s := newSpool(file)
	s.add([]byte("first line\n"))
	s.flush()
	file.room = 1
	s.flush()
	file.full = false
	s.flush()
	if got := file.content.String(); got != "fir\nfirst line\n" {
		t.Errorf("file is %q", got)
	}
}

func TestARecordThatAnEarlierProcessLeftTornIsClosedOff(t *testing.T) {
	path := filepath.Join(t.TempDir(), "windows.jsonl")
	if err := os.WriteFile(path, []byte("0000"), 0o600); err != nil {
		t.Fatal(err)
	}
	logger, _ := test.NewNullLogger()
	s, file, err := openSpool(path, logger)
	if err != nil {
		t.Fatal(err)
	}
	s.add([]byte("whole\n"))
	if left := s.flush(); left != 0 {
		t.Errorf("%d left", left)
	}
	if err := file.Close(); err != nil {
		t.Error(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "0000\nwhole\n" { //nolint:gosec // a test's own file
		t.Errorf("file is %q", got)
	}
}

func TestDevFullIsSaidOnceAndNothingIsLostWhenThereIsRoomAgain(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("skipped: no /dev/full here")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = full.Close() }()
	logger, said := test.NewNullLogger()
	s := &spool{file: full, logger: logger}
	for i := range 10 {
		s.add(fmt.Appendf(nil, "%d\n", i))
		s.flush()
	}
	if len(said.Entries) != 1 || !strings.Contains(said.LastEntry().Message, "cannot write") {
		t.Errorf("said %d times", len(said.Entries))
	}
	room := &disk{}
	s.file = room
	if s.flush(); room.content.String() != "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n" {
		t.Errorf("wrote %q", room.content.String())
	}
}

func TestTheFileAndTheProcessComeFromTheArgumentElseTheEnvironment(t *testing.T) {
	logger, _ := test.NewNullLogger()
	env := map[string]string{"K6_SOAKD_SPOOL": "/var/e.jsonl", "K6_SOAKD_PROCESS": "from-env"}
	for _, c := range []struct {
		argument, path, process string
		env                     map[string]string
	}{
		{"a/b.jsonl?process=p%201", "a/b.jsonl", "p 1", env},
		{"a/b.jsonl", "a/b.jsonl", "from-env", env},
		{"", "/var/e.jsonl", "from-env", env},
		{"x", "x", fmt.Sprint(os.Getpid()), nil},
	} {
		made, err := New(k6output.Params{ConfigArgument: c.argument, Environment: c.env, Logger: logger})
		if err != nil {
			t.Error(err)
			continue
		}
		if out, isOurs := made.(*Output); !isOurs || out.path != c.path || out.process != c.process {
			t.Errorf("%q: %+v", c.argument, made)
		}
	}
	for _, argument := range []string{"", "x?proces=1"} {
		if _, err := New(k6output.Params{ConfigArgument: argument, Logger: logger}); err == nil {
			t.Errorf("accepted %q", argument)
		}
	}
}
