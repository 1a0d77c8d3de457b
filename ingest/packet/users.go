package packet

import (
	"context"
	"fmt"
	"time"

	"hexi/archive"
)

// maxUsers bounds the users of one package.
const maxUsers = 100_000

// usersDocument is users.json, the only file of the package archive.PackageUsers.
type usersDocument struct {
	Schema int    `json:"schema"`
	Users  []user `json:"users"` // by name
}

// user is a user without anything to sign in with: passwords and tokens are no part of
// what is preserved.
type user struct {
	Name     string       `json:"name"`
	Role     archive.Role `json:"role"`
	Disabled bool         `json:"disabled,omitempty"`
	Created  time.Time    `json:"created"`
}

// BuildUsers returns the files of the package of the users.
func BuildUsers(users []archive.User) ([]File, error) {
	doc := usersDocument{Schema: Schema, Users: []user{}}
	for _, u := range users {
		doc.Users = append(doc.Users, user{u.Name, u.Role, u.Disabled, u.Created})
	}
	data, err := indented(doc)
	if err != nil {
		return nil, fmt.Errorf("encode users: %w", err)
	}
	return []File{{Path: UsersPath, Data: data}}, nil
}

// ReadUsers reads them back.
func ReadUsers(ctx context.Context, src Source) ([]archive.User, error) {
	r := &reader{src, archive.PackageUsers, maxPackage}
	data, err := r.file(ctx, UsersPath, maxDocument)
	if err != nil {
		return nil, err
	}
	var doc usersDocument
	if err := strictly(data, &doc); err != nil {
		return nil, r.damaged("%s %v", UsersPath, err)
	}
	if doc.Schema != Schema || len(doc.Users) > maxUsers {
		return nil, r.damaged("%s has the shape %d and %d users; this hexi reads %d, and %d users at most", UsersPath, doc.Schema, len(doc.Users), Schema, maxUsers)
	}
	var out []archive.User
	for _, u := range doc.Users {
		if !archive.ValidID(u.Name) || len(u.Name) > 64 || !u.Role.AtLeast(archive.RoleViewer) {
			return nil, r.damaged("%s names a user %.80q who is %.80q", UsersPath, u.Name, u.Role)
		}
		out = append(out, archive.User{Name: u.Name, Role: u.Role, Disabled: u.Disabled, Created: u.Created})
	}
	return out, nil
}
