package auth

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"alexandra/internal/config"
)

// option says which of cassandra.yaml's class options a class may stand in.
type option string

const (
	optAuthenticator option = "authenticator"
	optAuthorizer    option = "authorizer"
	optRoleManager   option = "role_manager"
	optInternode     option = "internode_authenticator"
	optNetwork       option = "network_authorizer"
	optCIDR          option = "cidr_authorizer"
)

// classRow is one class of the package org.apache.cassandra.auth that can be named in cassandra.yaml. apply puts it in
// charge.
type classRow struct {
	name  string
	kind  option
	apply func(s *Service, c config.ParameterizedClass, cfg *config.Config) error
	// guards means that the class refuses things, and so needs to know who asks.
	guards bool
}

// classes is sorted by kind, then by name.
var classes = []classRow{
	{"AllowAllAuthenticator", optAuthenticator, func(s *Service, _ config.ParameterizedClass, _ *config.Config) error {
		s.authenticator = allowAllAuthenticator{}
		return nil
	}, false},
	{"MutualTlsAuthenticator", optAuthenticator, useMTLS(false), true},
	{"MutualTlsWithPasswordFallbackAuthenticator", optAuthenticator, useMTLS(true), true},
	{"PasswordAuthenticator", optAuthenticator, func(s *Service, _ config.ParameterizedClass, _ *config.Config) error {
		s.authenticator = passwordAuthenticator{s}
		return nil
	}, true},
	{"AllowAllAuthorizer", optAuthorizer, keep, false},
	{"CassandraAuthorizer", optAuthorizer, func(s *Service, _ config.ParameterizedClass, _ *config.Config) error {
		s.cassandraAuthorizer = true
		return nil
	}, true},
	{"CassandraRoleManager", optRoleManager, keep, false},
	{"AllowAllInternodeAuthenticator", optInternode, keep, false},
	{"MutualTlsInternodeAuthenticator", optInternode, checkInternode, false},
	{"AllowAllNetworkAuthorizer", optNetwork, keep, false},
	{"CassandraNetworkAuthorizer", optNetwork, func(s *Service, _ config.ParameterizedClass, _ *config.Config) error {
		s.network = cassandraNetwork{s}
		return nil
	}, true},
	{"AllowAllCIDRAuthorizer", optCIDR, keep, false},
	{"CassandraCIDRAuthorizer", optCIDR, useCIDR, true},
}

func keep(*Service, config.ParameterizedClass, *config.Config) error { return nil }

// New builds the service that cassandra.yaml describes, or returns the sentence with which Cassandra refuses to start.
func New(yaml *config.Config, cfg Config) (*Service, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	cfg.Roles = CacheSettings{yaml.RolesValidity, yaml.RolesUpdateInterval, yaml.RolesCacheMaxEntries, yaml.RolesCacheActiveUpdate}
	cfg.Permissions = CacheSettings{yaml.PermissionsValidity, yaml.PermissionsUpdateInterval, yaml.PermissionsCacheMaxEntries, yaml.PermissionsCacheActiveUpdate}
	cfg.Credentials = CacheSettings{yaml.CredentialsValidity, yaml.CredentialsUpdateInterval, yaml.CredentialsCacheMaxEntries, yaml.CredentialsCacheActiveUpdate}
	cfg.ReadConsistency, cfg.WriteConsistency = yaml.AuthReadConsistencyLevel, yaml.AuthWriteConsistencyLevel
	cfg.TraverseFromRoot = yaml.TraverseAuthFromRoot
	hasher, err := newHasher(cfg.BcryptCost, cfg.BcryptParallel)
	if err != nil {
		return nil, err
	}
	s := &Service{cfg: cfg, store: cfg.Store, log: cfg.Log, hasher: hasher, network: allowAllNetwork{}, rate: passwordRate{clock: cfg.Clock}}
	s.cidr = &cidrAuthorizer{s: s}
	if err := s.choose(yaml); err != nil {
		return nil, err
	}
	s.makeCaches()
	return s, nil
}

// choose resolves and checks the six class options in Cassandra's order.
func (s *Service) choose(yaml *config.Config) error {
	authn := yaml.Authenticator.Or("AllowAllAuthenticator")
	who, err := resolve(optAuthenticator, authn)
	if err != nil {
		return err
	}
	if err := who.apply(s, authn, yaml); err != nil {
		return err
	}
	for _, step := range []struct {
		kind     option
		chosen   config.ParameterizedClass
		fallback string
	}{
		{optAuthorizer, yaml.Authorizer, "AllowAllAuthorizer"},
		{optRoleManager, yaml.RoleManager, "CassandraRoleManager"},
		{optInternode, yaml.InternodeAuthenticator, "AllowAllInternodeAuthenticator"},
		{optNetwork, yaml.NetworkAuthorizer, "AllowAllNetworkAuthorizer"},
		{optCIDR, yaml.CIDRAuthorizer, "AllowAllCIDRAuthorizer"},
	} {
		class := step.chosen.Or(step.fallback)
		row, err := resolve(step.kind, class)
		if err != nil {
			return err
		}
		if row.guards && !who.guards {
			return cannotGuard(row, class, who, authn)
		}
		if err := row.apply(s, class, yaml); err != nil {
			return err
		}
	}
	return nil
}

// cannotGuard is the refusal of a class that checks users while nobody has to log in.
func cannotGuard(row *classRow, class config.ParameterizedClass, who *classRow, authn config.ParameterizedClass) error {
	switch row.kind {
	case optNetwork:
		return config.Refuse(fmt.Sprintf("%s can't be used with %s", class, authn.ClassName))
	case optCIDR:
		// Cassandra has no map for the parameters of a default class.
		params := authn.JavaParameters()
		if len(authn.Parameters) == 0 {
			params = "null"
		}
		return config.Refuse(fmt.Sprintf("%s can't be used with %s%s", class, authn.ClassName, params))
	}
	return config.Refuse(fmt.Sprintf("%s has authorization enabled which requires %s to enable authentication", packageName+row.name, packageName+who.name))
}

// resolve finds the row of a class named in an option.
func resolve(kind option, class config.ParameterizedClass) (*classRow, error) {
	find := func(full string) *classRow {
		for i := range classes {
			if packageName+classes[i].name == full {
				return &classes[i]
			}
		}
		return nil
	}
	full, err := class.Resolve(strings.TrimSuffix(packageName, "."), func(full string) bool { return find(full) != nil })
	if err != nil {
		return nil, err
	}
	row := find(full)
	if row.kind != kind {
		return nil, config.Refuse(fmt.Sprintf("%s cannot be used as %s: it is an %s", class.ClassName, kind, row.kind))
	}
	return row, nil
}

func failed(class config.ParameterizedClass, why string) error {
	return config.Refuse(fmt.Sprintf("Failed to instantiate class %s: %s", class.ClassName, why))
}

func useMTLS(fallback bool) func(*Service, config.ParameterizedClass, *config.Config) error {
	return func(s *Service, c config.ParameterizedClass, cfg *config.Config) error {
		if c.Parameters["validator_class_name"] == "" {
			return failed(c, "authenticator.parameters.validator_class_name is not set")
		}
		o := cfg.ClientEncryption
		if (!o.Enabled && (o.Optional == nil || !*o.Optional)) || !o.RequireClientAuth {
			return failed(c, "MutualTlsAuthenticator requires client_encryption_options.enabled to be true & "+
				"client_encryption_options.require_client_auth to be true")
		}
		s.authenticator = mtlsAuthenticator{s, fallback}
		return nil
	}
}

// checkInternode checks the options that MutualTlsInternodeAuthenticator needs; the check of peers itself is internal/tlsconf's.
func checkInternode(_ *Service, c config.ParameterizedClass, cfg *config.Config) error {
	if c.Parameters["validator_class_name"] == "" {
		return failed(c, "internode_authenticator.parameters.validator_class_name is not set")
	}
	if o := cfg.ServerEncryption; o.InternodeEncryption == "" || o.InternodeEncryption == "none" || !o.RequireClientAuth {
		return failed(c, "MutualTlsInternodeAuthenticator requires server_encryption_options.internode_encryption to be enabled & "+
			"server_encryption_options.require_client_auth to be true")
	}
	return nil
}

const defaultCIDRRefresh = 5 * time.Minute

func useCIDR(s *Service, c config.ParameterizedClass, _ *config.Config) error {
	s.cidr.active, s.cidr.refreshInterval = true, defaultCIDRRefresh
	if mode := strings.ToUpper(c.Parameters["cidr_authorizer_mode"]); mode != "" {
		if mode != "MONITOR" && mode != "ENFORCE" {
			return failed(c, "No enum constant org.apache.cassandra.auth.ICIDRAuthorizer.CIDRAuthorizerMode."+mode)
		}
		s.cidr.enforce = mode == "ENFORCE"
	}
	s.cidr.checkSuperusers = strings.EqualFold(c.Parameters["cidr_checks_for_superusers"], "true")
	if text := c.Parameters["cidr_groups_cache_refresh_interval"]; text != "" {
		minutes, err := strconv.Atoi(text)
		if err != nil || minutes <= 0 {
			return failed(c, fmt.Sprintf("For input string: %q", text))
		}
		s.cidr.refreshInterval = time.Duration(minutes) * time.Minute
	}
	return nil
}
