// SPDX-License-Identifier: AGPL-3.0-only

package output

import (
	"errors"
	"io"
	"os"
	"sync"

	"github.com/sirupsen/logrus"
)

// maxWaiting records are about half an hour and at most a few hundred kilobytes each.
const maxWaiting = 180

// spool appends lines to the file. What cannot be written waits, up to a limit; then the oldest is dropped and counted.
// add may be called by anyone and never waits for the disk; flush is for one goroutine.
type spool struct {
	file   io.Writer
	logger logrus.FieldLogger

	mu      sync.Mutex
	waiting [][]byte
	dropped int64

	// Of the goroutine that flushes: the line that it could not write yet, and how the last write went.
	writing []byte
	failing bool
	// torn: the file ends in the middle of a line, which has to be closed off.
	torn bool
}

// openSpool opens the file for appending. A record that an earlier process left torn is closed off first.
func openSpool(path string, logger logrus.FieldLogger) (*spool, *os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o644) //nolint:gosec // read by the daemon
	if err != nil {
		return nil, nil, err
	}
	return &spool{file: file, logger: logger, torn: endsTorn(file)}, file, nil
}

func endsTorn(file *os.File) bool {
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return false
	}
	last := make([]byte, 1)
	_, err = file.ReadAt(last, info.Size()-1)
	return err == nil && last[0] != '\n'
}

// add queues a line.
func (s *spool) add(line []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) >= maxWaiting {
		s.waiting = s.waiting[1:]
		s.dropped++
	}
	s.waiting = append(s.waiting, line)
}

// lost counts a record that will never be written.
func (s *spool) lost() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropped++
}

// droppedSoFar is the number of records lost since the start.
func (s *spool) droppedSoFar() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dropped
}

func (s *spool) next() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) == 0 {
		return nil
	}
	line := s.waiting[0]
	s.waiting = s.waiting[1:]
	return line
}

// flush writes what waits, one write call a line, until one fails. It returns the number of lines left.
func (s *spool) flush() int {
	for {
		if s.writing == nil {
			s.writing = s.next()
		}
		if s.writing == nil {
			if s.failing {
				s.logger.Warnf("soakd output writes again; %d records were dropped so far", s.droppedSoFar())
			}
			s.failing = false
			return 0
		}
		if err := s.write(s.writing); err != nil {
			if !s.failing {
				s.logger.WithError(err).Error(
					"soakd output cannot write; records wait in memory, the oldest is dropped when there are too many")
			}
			s.failing = true
			return s.left()
		}
		s.writing = nil
	}
}

func (s *spool) left() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.waiting) + 1
}

func (s *spool) write(line []byte) error {
	if s.torn {
		line = append([]byte{'\n'}, line...)
	}
	n, err := s.file.Write(line)
	switch {
	case n == len(line):
		s.torn = false
		return nil
	case n > 0:
		// Only the line feed that closes off the line before may have been written.
		s.torn = line[n-1] != '\n'
	}
	if err == nil {
		err = io.ErrShortWrite
	}
	return err
}

var errNoSpool = errors.New("where to? Use --out soakd=FILE?process=ID, or K6_SOAKD_SPOOL and K6_SOAKD_PROCESS")
