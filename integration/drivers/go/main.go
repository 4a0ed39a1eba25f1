// Command go checks gocql against two datacenters: go DC1_IP DC2_IP. It connects and logs in, prepares, pages, sees its
// own schema change, and is refused at the datacenter that its role may not use. It prints ok at its end. The programs
// beside it do the same with other drivers.
package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	gocql "github.com/apache/cassandra-gocql-driver/v2"
)

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("ok")
}

func connect(ip, dc, user, password string) (*gocql.Session, error) {
	c := gocql.NewCluster(ip)
	c.Authenticator = gocql.PasswordAuthenticator{Username: user, Password: password}
	c.HostFilter = gocql.DataCenterHostFilter(dc)
	c.Consistency = gocql.LocalOne
	c.Timeout = 10 * time.Second
	return c.CreateSession()
}

func run(dc1, dc2 string) error {
	admin, err := connect(dc1, "dc1", "cassandra", "cassandra")
	if err != nil {
		return fmt.Errorf("log in as cassandra: %w", err)
	}
	defer admin.Close()
	for _, cql := range []string{
		"DROP KEYSPACE IF EXISTS drv_go",
		"CREATE KEYSPACE drv_go WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 1, 'dc2': 1}",
		"DROP ROLE IF EXISTS drv_go",
		"CREATE ROLE drv_go WITH LOGIN = true AND PASSWORD = 'secret' AND ACCESS TO DATACENTERS {'dc1'}",
		"GRANT ALL ON KEYSPACE drv_go TO drv_go",
	} {
		if err := admin.Query(cql).Exec(); err != nil {
			return fmt.Errorf("%s: %w", cql, err)
		}
	}
	s, err := connect(dc1, "dc1", "drv_go", "secret")
	if err != nil {
		return fmt.Errorf("log in as drv_go: %w", err)
	}
	defer s.Close()
	if err := schemaEvent(s); err != nil {
		return err
	}
	if err := prepareAndPage(s); err != nil {
		return err
	}
	return refused(dc2)
}

// schemaEvent makes a table and waits until the driver, which refreshes its metadata by events, knows it.
func schemaEvent(s *gocql.Session) error {
	if err := s.Query("CREATE TABLE drv_go.t (k int, c int, v text, PRIMARY KEY (k, c))").Exec(); err != nil {
		return fmt.Errorf("create table: %w", err)
	}
	for range 100 {
		if ks, err := s.KeyspaceMetadata("drv_go"); err == nil && ks.Tables["t"] != nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("the driver did not hear of its new table")
}

func prepareAndPage(s *gocql.Session) error {
	for c := range 25 {
		// Values make gocql prepare the statement.
		if err := s.Query("INSERT INTO drv_go.t (k, c, v) VALUES (?, ?, ?)", 1, c, fmt.Sprint("v", c)).Exec(); err != nil {
			return fmt.Errorf("insert: %w", err)
		}
	}
	var sizes []string
	var state []byte
	for {
		it := s.Query("SELECT c FROM drv_go.t WHERE k = ?", 1).PageSize(10).PageState(state).Iter()
		sizes = append(sizes, fmt.Sprint(it.NumRows()))
		state = it.PageState()
		if err := it.Close(); err != nil {
			return fmt.Errorf("read: %w", err)
		}
		if len(state) == 0 {
			break
		}
	}
	if got := strings.Join(sizes, " "); got != "10 10 5" {
		return fmt.Errorf("pages of %s rows", got)
	}
	return nil
}

func refused(ip string) error {
	s, err := connect(ip, "dc2", "drv_go", "secret")
	if err == nil {
		s.Close()
		return fmt.Errorf("the login at dc2 was not refused")
	}
	if !strings.Contains(err.Error(), "You do not have access to this datacenter (dc2)") {
		return fmt.Errorf("refused at dc2 with other words: %w", err)
	}
	return nil
}
