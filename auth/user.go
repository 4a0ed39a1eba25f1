package auth

// User is who a connection has logged in as.
type User struct {
	Name string
	// System is the node itself: every check passes. It never comes from a login.
	System bool
}

// AnonymousName is the user's name where no authentication is asked for.
const AnonymousName = "anonymous"

// IsAnonymous says whether nobody had to log in.
func (u User) IsAnonymous() bool { return u.Name == AnonymousName }
