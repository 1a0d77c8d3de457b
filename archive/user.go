package archive

import "time"

// Role says what a signed-in person or program may do.
type Role string

// The roles, from the least to the most. Each may do what the ones before may.
const (
	RoleViewer  Role = "viewer"  // sees staff-only records
	RoleCurator Role = "curator" // describes, uploads
	RoleEditor  Role = "editor"  // publishes, withdraws
	RoleAdmin   Role = "admin"   // keeps users
)

// Roles returns the roles in ascending order.
func Roles() []Role { return []Role{RoleViewer, RoleCurator, RoleEditor, RoleAdmin} }

// AtLeast reports whether r may do what want may. An unknown role may nothing.
func (r Role) AtLeast(want Role) bool {
	have, need := -1, len(Roles())
	for i, role := range Roles() {
		if role == r {
			have = i
		}
		if role == want {
			need = i
		}
	}
	return have >= need
}

// User is someone who may sign in. PasswordHash is an argon2id hash in PHC
// form, or empty for users who have tokens only.
type User struct {
	Name         string
	Role         Role
	PasswordHash string
	Disabled     bool
	Created      time.Time
	// ForgetsSearches says that what they search for is not to be kept.
	ForgetsSearches bool
}
