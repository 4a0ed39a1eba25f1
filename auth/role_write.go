package auth

import (
	"context"
	"fmt"
	"slices"
)

// RoleChange is what CREATE ROLE and ALTER ROLE set. Nil fields are left as they are.
type RoleChange struct {
	Login, Super *bool
	// Password is plain and will be hashed; Hash is stored as it is.
	Password, Hash *Password
	// Datacenters is nil when nothing was said; an empty list is all of them.
	Datacenters *[]string
	// CIDRGroups likewise.
	CIDRGroups *[]string
}

// CreateRole writes a new role with its network and address rows, and grants the creator its rights on it, as one batch.
func (s *Service) CreateRole(ctx context.Context, by User, name string, ch RoleChange) error {
	hash, err := s.hashOf(ctx, ch)
	if err != nil {
		return err
	}
	no := false
	if ch.Login == nil {
		ch.Login = &no
	}
	if ch.Super == nil {
		ch.Super = &no
	}
	st := []Statement{statement("INSERT INTO system_auth.roles (role, is_superuser, can_login, salted_hash) VALUES (?, ?, ?, ?)",
		text(name), boolean(*ch.Super), boolean(*ch.Login), hash)}
	none := []string{}
	if ch.Datacenters == nil {
		ch.Datacenters = &none
	}
	if ch.CIDRGroups == nil {
		ch.CIDRGroups = &none
	}
	st = append(st, s.network.set(name, *ch.Datacenters)...)
	st = append(st, s.cidr.set(name, *ch.CIDRGroups)...)
	st = append(st, s.creatorStatements(by, RoleResource(name))...)
	return s.apply(ctx, s.writeConsistency(name), st)
}

// AlterRole writes what changes of a role as one batch.
func (s *Service) AlterRole(ctx context.Context, name string, ch RoleChange) error {
	hash, err := s.hashOf(ctx, ch)
	if err != nil {
		return err
	}
	var st []Statement
	set := func(column string, v []byte) {
		st = append(st, statement("UPDATE system_auth.roles SET "+column+" = ? WHERE role = ?", v, text(name)))
	}
	if ch.Login != nil {
		set("can_login", boolean(*ch.Login))
	}
	if ch.Super != nil {
		set("is_superuser", boolean(*ch.Super))
	}
	if hash != nil {
		set("salted_hash", hash)
	}
	if ch.Datacenters != nil {
		st = append(st, s.network.set(name, *ch.Datacenters)...)
	}
	if ch.CIDRGroups != nil {
		st = append(st, s.cidr.set(name, *ch.CIDRGroups)...)
	}
	return s.apply(ctx, s.writeConsistency(name), st)
}

// hashOf is the hash to store for a change; nil when the password stays.
func (s *Service) hashOf(ctx context.Context, ch RoleChange) ([]byte, error) {
	switch {
	case ch.Hash != nil:
		return text(ch.Hash.Reveal()), nil
	case ch.Password != nil:
		hash, err := s.hasher.hash(ctx, *ch.Password)
		return text(hash), err
	}
	return nil, nil
}

// DropRole removes a role and every trace of it: memberships, identities, permissions of and on it, network and address
// rows, as one batch.
func (s *Service) DropRole(ctx context.Context, name string) error {
	cl := s.readConsistency(name)
	st := []Statement{statement("DELETE FROM system_auth.roles WHERE role = ?", text(name))}
	members, err := s.store.Select(ctx, cl, "SELECT member FROM system_auth.role_members WHERE role = ?", text(name))
	if err != nil {
		return err
	}
	for _, m := range members {
		// An UPDATE of the member's row makes no row: the set operation deletes an element only.
		st = append(st, statement("UPDATE system_auth.roles SET member_of = member_of - ? WHERE role = ?", textSet([]string{name}), m["member"]))
	}
	st = append(st, statement("DELETE FROM system_auth.role_members WHERE role = ?", text(name)))
	identities, err := s.IdentitiesOf(ctx, name)
	if err != nil {
		return err
	}
	for _, i := range identities {
		st = append(st, statement("DELETE FROM system_auth.identity_to_role WHERE identity = ?", text(i)))
	}
	perms, err := s.dropPermissions(ctx, name)
	if err != nil {
		return err
	}
	st = append(st, perms...)
	st = append(st, s.network.drop(name)...)
	st = append(st, s.cidr.drop(name)...)
	return s.apply(ctx, s.writeConsistency(name), st)
}

// GrantRole makes grantee a member of role.
func (s *Service) GrantRole(ctx context.Context, role, grantee string) error {
	return s.apply(ctx, s.writeConsistency(role), []Statement{
		statement("UPDATE system_auth.roles SET member_of = member_of + ? WHERE role = ?", textSet([]string{role}), text(grantee)),
		statement("INSERT INTO system_auth.role_members (role, member) VALUES (?, ?)", text(role), text(grantee)),
	})
}

// RevokeRole takes the membership away.
func (s *Service) RevokeRole(ctx context.Context, role, grantee string) error {
	return s.apply(ctx, s.writeConsistency(role), []Statement{
		statement("UPDATE system_auth.roles SET member_of = member_of - ? WHERE role = ?", textSet([]string{role}), text(grantee)),
		statement("DELETE FROM system_auth.role_members WHERE role = ? AND member = ?", text(role), text(grantee)),
	})
}

// IdentityRole is the role that a certificate identity stands for; empty when it is unknown.
func (s *Service) IdentityRole(ctx context.Context, identity string) (string, error) {
	rows, err := s.store.Select(ctx, s.cfg.ReadConsistency, "SELECT role FROM system_auth.identity_to_role WHERE identity = ?", text(identity))
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return rows[0].Text("role"), nil
}

// IdentitiesOf lists the identities that stand for a role, sorted.
func (s *Service) IdentitiesOf(ctx context.Context, role string) ([]string, error) {
	rows, err := s.store.Select(ctx, s.cfg.ReadConsistency, "SELECT identity, role FROM system_auth.identity_to_role")
	var found []string
	for _, r := range rows {
		if r.Text("role") == role {
			found = append(found, r.Text("identity"))
		}
	}
	slices.Sort(found)
	return found, err
}

// AddIdentity lets a certificate identity log in as a role.
func (s *Service) AddIdentity(ctx context.Context, identity, role string) error {
	return s.apply(ctx, s.cfg.WriteConsistency, []Statement{
		statement("INSERT INTO system_auth.identity_to_role (identity, role) VALUES (?, ?)", text(identity), text(role)),
	})
}

// DropIdentity forgets an identity.
func (s *Service) DropIdentity(ctx context.Context, identity string) error {
	return s.apply(ctx, s.cfg.WriteConsistency, []Statement{
		statement("DELETE FROM system_auth.identity_to_role WHERE identity = ?", text(identity)),
	})
}

// apply writes and then forgets what caches hold, here at once and elsewhere by Announce. Also after an error: a write
// that timed out may have happened.
func (s *Service) apply(ctx context.Context, consistency string, st []Statement) error {
	if len(st) == 0 {
		return nil
	}
	err := s.store.Apply(ctx, consistency, st...)
	s.InvalidateAll()
	if s.cfg.Announce != nil {
		s.cfg.Announce()
	}
	return err
}

// SetUpDefaultSuperuser creates the role cassandra with its well-known password unless there are roles already. It
// returns whether it created it. Written at timestamp 0, it loses against any later change.
func (s *Service) SetUpDefaultSuperuser(ctx context.Context) (bool, error) {
	for _, probe := range []struct{ cl, cql string }{
		{"ONE", selectRole + " WHERE role = '" + DefaultSuperuser + "'"},
		{"QUORUM", selectRole + " WHERE role = '" + DefaultSuperuser + "'"},
		{"QUORUM", selectRole + " LIMIT 1"},
	} {
		rows, err := s.store.Select(ctx, probe.cl, probe.cql)
		if err != nil {
			return false, fmt.Errorf("look for roles: %w", err)
		}
		if len(rows) > 0 {
			return false, nil
		}
	}
	hash, err := s.hasher.hash(ctx, NewPassword(DefaultSuperuser))
	if err != nil {
		return false, err
	}
	err = s.store.Apply(ctx, "QUORUM", statement("INSERT INTO system_auth.roles (role, is_superuser, can_login, salted_hash) "+
		"VALUES (?, true, true, ?) USING TIMESTAMP 0", text(DefaultSuperuser), text(hash)))
	if err != nil {
		return false, fmt.Errorf("create the default superuser: %w", err)
	}
	s.InvalidateAll()
	s.log.Info("Created default superuser role 'cassandra'")
	return true, nil
}
