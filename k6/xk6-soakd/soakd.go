// SPDX-License-Identifier: AGPL-3.0-only

// Package soakd links the executor soakd-arrival, the output soakd and the module k6/x/soakd into k6, by being imported.
package soakd

import (
	_ "xk6-soakd/executor" // registers the executor
	_ "xk6-soakd/module"   // registers the module
	_ "xk6-soakd/output"   // registers the output
)
