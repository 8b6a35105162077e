// SPDX-License-Identifier: AGPL-3.0-only

package output

import (
	"strconv"

	"go.k6.io/k6/v2/metrics"
)

const (
	// Pairs of scenario and request name that get cells of their own; requests beyond are pooled under otherName.
	maxSeries = 200
	maxChecks = 200
	otherName = "other"
	// Tag sets whose meaning is remembered. k6 itself never forgets one, at far more memory each.
	maxTagSets = 100_000
)

// seriesOfTags is what the tags of a request say.
type seriesOfTags struct {
	series      int
	pooled      bool
	statusClass int
	code        string
	// By k6's error code alone.
	failure outcome
}

type seriesKey struct{ scenario, name string }

// directory numbers the pairs of scenario and name, and the checks. k6 makes one *TagSet for equal tags, so its address
// finds the answer without reading a tag.
type directory struct {
	byTags  map[*metrics.TagSet]*seriesOfTags
	tagSets int
	numbers map[seriesKey]int
	series  []seriesKey

	checkByTags  map[*metrics.TagSet]int
	checkNumbers map[string]int
	checks       []string
}

func newDirectory() *directory {
	return &directory{
		byTags: map[*metrics.TagSet]*seriesOfTags{}, numbers: map[seriesKey]int{},
		checkByTags: map[*metrics.TagSet]int{}, checkNumbers: map[string]int{},
	}
}

func (d *directory) request(tags *metrics.TagSet) *seriesOfTags {
	if known, found := d.byTags[tags]; found {
		return known
	}
	read := d.read(tags)
	if len(d.byTags) < maxTagSets {
		d.byTags[tags] = read
		d.tagSets = len(d.byTags)
	}
	return read
}

func (d *directory) read(tags *metrics.TagSet) *seriesOfTags {
	scenario, _ := tags.Get("scenario")
	name, _ := tags.Get("name")
	code, _ := tags.Get("error_code")
	status, _ := tags.Get("status")
	series, pooled := d.number(seriesKey{scenario, name})
	return &seriesOfTags{
		series: series, pooled: pooled, code: code,
		statusClass: statusClass(status), failure: failureOf(code, status),
	}
}

func (d *directory) number(key seriesKey) (number int, pooled bool) {
	if number, known := d.numbers[key]; known {
		return number, key.name == otherName && len(d.series) > maxSeries
	}
	if len(d.series) >= maxSeries {
		pool := seriesKey{key.scenario, otherName}
		if number, known := d.numbers[pool]; known {
			return number, true
		}
		key, pooled = pool, true
	}
	d.numbers[key] = len(d.series)
	d.series = append(d.series, key)
	return len(d.series) - 1, pooled
}

func (d *directory) check(tags *metrics.TagSet) int {
	if number, known := d.checkByTags[tags]; known {
		return number
	}
	name, _ := tags.Get("check")
	number, known := d.checkNumbers[name]
	if !known {
		if len(d.checks) >= maxChecks {
			name = otherName
			number, known = d.checkNumbers[name]
		}
		if !known {
			number = len(d.checks)
			d.checkNumbers[name] = number
			d.checks = append(d.checks, name)
		}
	}
	if len(d.checkByTags) < maxTagSets {
		d.checkByTags[tags] = number
	}
	return number
}

func statusClass(status string) int {
	if len(status) != 3 || status[0] < '1' || status[0] > '5' {
		return 0
	}
	return int(status[0] - '0')
}

// k6's error codes: lib/netext/httpext/error_codes.go and the page "Error codes" of its manual.
const (
	codeRequestTimeout = 1050
	codeDialTimeout    = 1211
	codeDecompression  = 1701
	firstStatusCode    = 1400
	lastStatusCode     = 1599
)

// failureOf names the way a request failed. Without a status there was no answer: the time ran out, or the connection
// was never there or broke.
func failureOf(code, status string) outcome {
	number, err := strconv.Atoi(code)
	if err != nil {
		if statusClass(status) == 0 && status != "" {
			return connect
		}
		return httpError
	}
	switch {
	case number == codeRequestTimeout || number == codeDialTimeout:
		return timeout
	case number >= firstStatusCode && number <= lastStatusCode, number == codeDecompression:
		return httpError
	default:
		return connect
	}
}
