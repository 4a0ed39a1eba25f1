package node

import (
	"log/slog"

	"alexandra/internal/config"
)

// Check goes as far as a start can without touching disk or network: key stores, addresses, snitch, the classes of
// authentication and their combinations. It returns what New would.
func Check(cfg *config.Config, log *slog.Logger) (err error) {
	n := newNode(cfg, Options{Log: log})
	defer func() {
		if released := n.release(); err == nil {
			err = released
		}
	}()
	for _, step := range []func(Options) error{n.openTLS, n.openAddresses, n.openAuth} {
		if err := step(Options{}); err != nil {
			return err
		}
	}
	return nil
}
