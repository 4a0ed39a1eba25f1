package main

import (
	"context"
	"errors"

	"alexandra/internal/admin"
	"alexandra/internal/config"
)

// errNotServing says that a node's native transport is not open yet.
var errNotServing = errors.New("the native transport is not open")

// foreignTLS says whether clients need a certificate that ccm does not have: client_encryption_options that came by
// --option. Then ccm asks the node itself whether it serves clients, and leaves system_auth as it is.
func (c *cluster) foreignTLS(n *node) bool {
	if c.TLS {
		return false
	}
	cfg, _, err := config.Load(n.conf(), nil)
	return err == nil && cfg.ClientEncryption.Enabled
}

// serves asks a node whether it serves clients: by the beginning of a dialogue, or by its admin port where ccm cannot connect.
func (c *cluster) serves(ctx context.Context, n *node) error {
	if c.foreignTLS(n) {
		sw, err := admin.SwitchOp.Call(ctx, n.admin(), admin.Switch{Name: admin.Binary})
		if err == nil && !sw.On {
			err = errNotServing
		}
		return err
	}
	session, err := c.connect(ctx, n)
	if err != nil {
		return err
	}
	defer session.close()
	_, err = session.startup(ctx)
	return err
}
