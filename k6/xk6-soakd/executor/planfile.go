// SPDX-License-Identifier: AGPL-3.0-only

package executor

import (
	"os"
	"time"

	"github.com/sirupsen/logrus"

	"xk6-soakd/arrival"
)

// planFile notices that the plan was replaced. A look costs one stat.
type planFile struct {
	path     string
	logger   logrus.FieldLogger
	modTime  time.Time
	size     int64
	inode    os.FileInfo
	revision int64
	missing  bool
}

// openPlan reads the plan that a run starts with.
func openPlan(path string, logger logrus.FieldLogger) (*planFile, *arrival.Plan, error) {
	file := &planFile{path: path, logger: logger}
	// The mark first: a file replaced between the two is read again.
	if info, err := os.Stat(path); err == nil {
		file.mark(info)
	}
	plan, err := readPlan(path)
	if err != nil {
		return nil, nil, err
	}
	file.revision = plan.Revision
	return file, plan, nil
}

func (f *planFile) mark(info os.FileInfo) {
	f.modTime, f.size, f.inode = info.ModTime(), info.Size(), info
}

// poll returns a plan with a higher revision than the one in force, or nil. Anything wrong with the file is warned of
// once a change and leaves the plan in force.
func (f *planFile) poll() *arrival.Plan {
	info, err := os.Stat(f.path)
	if err != nil {
		if !f.missing {
			f.logger.WithError(err).Warn("the arrival plan cannot be read; the plan in force stays")
		}
		f.missing = true
		return nil
	}
	f.missing = false
	if info.ModTime().Equal(f.modTime) && info.Size() == f.size && os.SameFile(info, f.inode) {
		return nil
	}
	f.mark(info)
	plan, err := readPlan(f.path)
	switch {
	case err != nil:
		f.logger.WithError(err).Warn("the arrival plan makes no sense; the plan in force stays")
		return nil
	case plan.Revision < f.revision:
		f.logger.Warnf("the arrival plan has revision %d, below %d; the plan in force stays", plan.Revision, f.revision)
		return nil
	case plan.Revision == f.revision:
		return nil
	}
	f.revision = plan.Revision
	f.logger.Infof("arrival plan revision %d is in force", plan.Revision)
	return plan
}
