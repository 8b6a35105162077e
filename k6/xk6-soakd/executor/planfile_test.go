// SPDX-License-Identifier: AGPL-3.0-only

package executor

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/sirupsen/logrus/hooks/test"
)

func planText(revision int) string {
	return fmt.Sprintf(`{"version": 1, "revision": %d, "seed": 1, "arrivals": "even", "startMs": 0, "endMs": 1000, "points": []}`, revision)
}

func replace(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

func TestOnlyAHigherRevisionTakesOverAndEveryProblemIsSaidOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plan.json")
	replace(t, path, planText(5))
	logger, said := test.NewNullLogger()
	file, _, err := openPlan(path, logger)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name     string
		change   func()
		revision int64
		warnings int
	}{
		{"nothing changed", func() {}, 0, 0},
		{"the same revision", func() { replace(t, path, planText(5)) }, 0, 0},
		{"a lower one", func() { replace(t, path, planText(4)) }, 0, 1},
		{"torn", func() { replace(t, path, planText(6)[:40]) }, 0, 1},
		{"gone", func() { _ = os.Remove(path) }, 0, 1},
		{"a higher one", func() { replace(t, path, planText(7)) }, 7, 0},
	} {
		step.change()
		said.Reset()
		for look := range 3 {
			plan := file.poll()
			if look == 0 && step.revision > 0 && (plan == nil || plan.Revision != step.revision) {
				t.Errorf("%s: %+v is not in force", step.name, plan)
			}
			if (look > 0 || step.revision == 0) && plan != nil {
				t.Errorf("%s: revision %d is in force", step.name, plan.Revision)
			}
		}
		warnings := 0
		for _, entry := range said.AllEntries() {
			if entry.Level.String() == "warning" {
				warnings++
			}
		}
		if warnings != step.warnings {
			t.Errorf("%s: %d warnings in three looks, want %d", step.name, warnings, step.warnings)
		}
	}
}
