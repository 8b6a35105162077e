// SPDX-License-Identifier: AGPL-3.0-only

// Command k6 is k6 with the soakd extension linked in.
package main

import (
	"go.k6.io/k6/v2/cmd"

	_ "xk6-soakd"
)

func main() { cmd.Execute() }
