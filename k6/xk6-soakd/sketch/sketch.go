// SPDX-License-Identifier: AGPL-3.0-only

// Package sketch holds durations as DDSketches with relative error 0.5 % (Masson, Rim, Lee: DDSketch, VLDB 2019).
// Sketches of any windows and processes merge exactly, by adding counts.
package sketch

import (
	"encoding/base64"
	"encoding/binary"
	"math"
)

const (
	// Alpha is the relative error of a quantile.
	Alpha = 0.005
	gamma = (1 + Alpha) / (1 - Alpha)
	// Smaller values count as zero: a nanosecond in milliseconds.
	smallest = 1e-6
	version  = 1
)

var perLogGamma = 1 / math.Log(gamma)

// Sketch of milliseconds. The zero value is empty and ready. Reset keeps its memory, so that a window costs no allocation.
type Sketch struct {
	zeros, negatives uint64
	sum, min, max    float64
	count            uint64
	// Counts of the buckets from first on.
	first int
	bins  []uint32
}

// Add counts one value. What is no number, or no finite one, is ignored.
func (s *Sketch) Add(value float64) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return
	}
	if s.count == 0 || value < s.min {
		s.min = value
	}
	if s.count == 0 || value > s.max {
		s.max = value
	}
	s.count++
	s.sum += value
	switch {
	case value < 0:
		s.negatives++
	case value < smallest:
		s.zeros++
	default:
		s.addToBin(int(math.Floor(math.Log(value) * perLogGamma)))
	}
}

// spare buckets on each side when the range grows: a factor of 1.9 in duration.
const spare = 64

func (s *Sketch) addToBin(index int) {
	at := index - s.first
	if at < 0 || at >= len(s.bins) {
		s.grow(index)
		at = index - s.first
	}
	s.bins[at]++
}

func (s *Sketch) grow(index int) {
	low, high := index-spare, index+spare
	if len(s.bins) > 0 {
		low, high = min(low, s.first), max(high, s.first+len(s.bins)-1)
	}
	wider := make([]uint32, high-low+1)
	if len(s.bins) > 0 {
		copy(wider[s.first-low:], s.bins)
	}
	s.first, s.bins = low, wider
}

// Count of all values.
func (s *Sketch) Count() uint64 { return s.count }

// Reset empties the sketch and keeps its memory.
func (s *Sketch) Reset() {
	clear(s.bins)
	s.zeros, s.negatives, s.count = 0, 0, 0
	s.sum, s.min, s.max = 0, 0, 0
}

// Quantile is within 0.5 % of a true value of rank floor(q (count - 1)); NaN when empty.
func (s *Sketch) Quantile(q float64) float64 {
	if s.count == 0 {
		return math.NaN()
	}
	rank := uint64(q * float64(s.count-1))
	below := s.negatives
	if rank < below {
		return s.min
	}
	if below += s.zeros; rank < below {
		return 0
	}
	for at, count := range s.bins {
		if below += uint64(count); rank < below {
			value := math.Pow(gamma, float64(s.first+at)) * (1 + Alpha)
			return math.Min(s.max, math.Max(s.min, value))
		}
	}
	return s.max
}

// Encode to base64 in the project's own compact form: version, zeros, negatives, sum, min, max, then index and count of each filled bucket as
// variable-length integers.
func (s *Sketch) Encode() string {
	bytes := make([]byte, 0, 256)
	bytes = append(bytes, version)
	bytes = binary.AppendUvarint(bytes, s.zeros)
	bytes = binary.AppendUvarint(bytes, s.negatives)
	low, high := s.min, s.max
	if s.count == 0 {
		low, high = math.NaN(), math.NaN()
	}
	for _, number := range [...]float64{s.sum, low, high} {
		bytes = binary.LittleEndian.AppendUint64(bytes, math.Float64bits(number))
	}

	filled := 0
	for _, count := range s.bins {
		if count > 0 {
			filled++
		}
	}
	bytes = binary.AppendUvarint(bytes, uint64(filled))
	before, started := 0, false
	for at, count := range s.bins {
		if count == 0 {
			continue
		}
		index := s.first + at
		if started {
			bytes = binary.AppendUvarint(bytes, uint64(index-before))
		} else {
			bytes = binary.AppendVarint(bytes, int64(index))
		}
		bytes = binary.AppendUvarint(bytes, uint64(count))
		before, started = index, true
	}
	return base64.StdEncoding.EncodeToString(bytes)
}
