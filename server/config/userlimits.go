package config

import "zarafa/daemon/settings"

// UserLimits bounds what one user can take of what all share, far above what clients do. They are settings of our own; 0 is no limit.
type UserLimits struct {
	Sessions                int
	TablesPerSession        int
	Tables                  int // of all sessions of a user together, as the following
	SubscriptionsPerSession int
	Subscriptions           int
	Names                   int // named properties made since the start
	ConnectionsPerAddress   int // from one IPv4 address or one IPv6 /64 of another machine
}

func (l *UserLimits) section() settings.Section {
	limit := func(name, value string, field *int, what string) settings.Option {
		return settings.Option{
			Name: name, Default: value, Value: settings.Int(field, 0, anyNumber), Doc: "How many " + what + " 0 is no limit.",
		}
	}
	return settings.Section{Title: "Limits on users", Options: []settings.Option{
		limit("max_sessions_per_user", "20000", &l.Sessions, "sessions one user may have at a time. More are refused as failed log-ons."),
		limit("max_tables_per_session", "5000", &l.TablesPerSession, "tables may be open in one session."),
		limit("max_tables_per_user", "20000", &l.Tables, "tables may be open in all sessions of one user together."),
		limit("max_subscriptions_per_session", "5000", &l.SubscriptionsPerSession, "subscriptions to changes one session may have."),
		limit("max_subscriptions_per_user", "20000", &l.Subscriptions, "subscriptions to changes all sessions of one user may have together."),
		limit("max_names_per_user", "4096", &l.Names, "named properties one user may add while the server runs. All users together can have 31485, for ever, since the protocol has no more numbers."),
		limit("max_connections_per_address", "4096", &l.ConnectionsPerAddress, "connections may come from one IPv4 address or one IPv6 /64 of another machine."),
	}}
}
