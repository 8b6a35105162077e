// SPDX-License-Identifier: AGPL-3.0-only

package sketch

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

var update = flag.Bool("update", false, "write the golden file anew")

var quantiles = []float64{0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1}

func exact(values []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[int(q*float64(len(sorted)-1))]
}

func sketchOf(values []float64) *Sketch {
	s := &Sketch{}
	for _, value := range values {
		s.Add(value)
	}
	return s
}

// durations in milliseconds, of the kinds that a service has.
func durations(count int) map[string][]float64 {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test
	kinds := map[string][]float64{}
	for range count {
		kinds["log-normal"] = append(kinds["log-normal"], math.Exp(random.NormFloat64()*0.8+3))
		kinds["uniform"] = append(kinds["uniform"], 1+random.Float64()*5000)
		kinds["two modes"] = append(kinds["two modes"], 5+random.ExpFloat64()+float64(random.IntN(20)/19)*60_000)
		kinds["microseconds to hours"] = append(kinds["microseconds to hours"], math.Pow(10, random.Float64()*9-3))
		kinds["all equal"] = append(kinds["all equal"], 12.5)
	}
	return kinds
}

func TestEveryQuantileIsWithinHalfAPercent(t *testing.T) {
	for kind, values := range durations(20_000) {
		s := sketchOf(values)
		for _, q := range quantiles {
			want := exact(values, q)
			if got := s.Quantile(q); math.Abs(got-want) > want*Alpha*1.0000001 {
				t.Errorf("%s: quantile %v is %v, exactly %v: off by %.3f %%", kind, q, got, want, 100*math.Abs(got-want)/want)
			}
		}
	}
}

func TestZerosNegativesAndNonsenseAreCountedAndNotLost(t *testing.T) {
	s := sketchOf([]float64{0, 0, -3, 10, math.NaN(), math.Inf(1)})
	if s.Count() != 4 || s.zeros != 2 || s.negatives != 1 {
		t.Errorf("count %d, zeros %d, negatives %d", s.Count(), s.zeros, s.negatives)
	}
	if s.Quantile(0) != -3 || s.Quantile(0.5) != 0 || math.Abs(s.Quantile(1)-10) > 0.05 {
		t.Errorf("quantiles %v %v %v", s.Quantile(0), s.Quantile(0.5), s.Quantile(1))
	}
	if !math.IsNaN((&Sketch{}).Quantile(0.5)) {
		t.Error("an empty sketch has a median")
	}
}

func TestASketchThatWasResetIsAsNew(t *testing.T) {
	s := sketchOf([]float64{1e-5, 4, 1e6})
	s.Reset()
	for _, value := range []float64{7, 8} {
		s.Add(value)
	}
	if s.Encode() != sketchOf([]float64{7, 8}).Encode() {
		t.Error("something of the first window is left in the second")
	}
	if allocations := testing.AllocsPerRun(100, func() { s.Reset(); s.Add(7) }); allocations > 0 {
		t.Errorf("a window costs %v allocations", allocations)
	}
}

type golden struct {
	Name      string             `json:"name"`
	Values    []float64          `json:"values"`
	Encoded   string             `json:"encoded"`
	Quantiles map[string]float64 `json:"quantiles"`
}

// TestGoldenFileIsCurrent: other languages read the file and check themselves by it. `go test ./sketch -update` writes it.
func TestGoldenFileIsCurrent(t *testing.T) {
	cases := []golden{{Name: "empty", Values: []float64{}, Encoded: (&Sketch{}).Encode(), Quantiles: map[string]float64{}}}
	kinds := durations(200)
	kinds["zeros and negatives"] = []float64{0, 0, -3, 10, 20, 0.000_000_5}
	kinds["one value"] = []float64{49.65}
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		row := golden{Name: name, Values: kinds[name], Encoded: sketchOf(kinds[name]).Encode(), Quantiles: map[string]float64{}}
		for _, q := range quantiles {
			row.Quantiles[strconv.FormatFloat(q, 'g', -1, 64)] = exact(kinds[name], q)
		}
		cases = append(cases, row)
	}
	want, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	want = append(bytes.ReplaceAll(want, []byte(`{"name"`), []byte("\n{\"name\"")), '\n')
	path := filepath.Join("..", "..", "..", "tests", "fixtures", "sketches-from-go.json")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // part of the repository
			t.Fatal(err)
		}
		if err := os.WriteFile(path, want, 0o644); err != nil { //nolint:gosec // part of the repository
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the golden file is not what this code writes; look why, then run go test ./sketch -update")
	}
}

func BenchmarkAdd(b *testing.B) {
	s := &Sketch{}
	value := 1.0
	for b.Loop() {
		value = math.Mod(value*1.37, 5000) + 0.1
		s.Add(value)
	}
}

// BenchmarkP99 reports the largest error of the 99th percentile over 100 samples of 20,000 durations, in per cent.
func BenchmarkP99(b *testing.B) {
	worst := 0.0
	for b.Loop() {
		random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a benchmark
		for range 100 {
			values := make([]float64, 20_000)
			for i := range values {
				values[i] = math.Exp(random.NormFloat64()*0.8 + 3)
			}
			want := exact(values, 0.99)
			worst = math.Max(worst, 100*math.Abs(sketchOf(values).Quantile(0.99)-want)/want)
		}
	}
	b.ReportMetric(worst, "worst-%")
	b.ReportMetric(0, "ns/op")
}
