// Package schema has the attributes and object classes that the LDAP plugin reads by default, in the two forms that OpenLDAP takes:
// zarafa.ldif for its configuration in cn=config, zarafa.schema for slapd.conf. An administrator copies one of the files;
// tests that run slapd get the second one from here.
package schema

import _ "embed"

//go:embed zarafa.schema
var openLDAP []byte

// OpenLDAP gives the text of zarafa.schema. The caller must not change it.
func OpenLDAP() []byte { return openLDAP }
