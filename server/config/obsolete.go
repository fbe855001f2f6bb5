package config

import "zarafa/daemon/settings"

// obsolete is the table of settings that older servers had and that have no
// meaning here. They are accepted, so that an old file starts the server.
func obsolete() settings.Section {
	var options []settings.Option
	for _, group := range []struct {
		why   string
		names []string
	}{
		{"the server makes as many threads as it needs", []string{
			"threads", "thread_limit", "thread_stacksize", "watchdog_frequency", "watchdog_max_age", "server_max_keep_alive_requests",
		}},
		{"the server needs no licence", []string{
			"license_path", "license_socket", "license_timeout", "kustomer_debug", "kustomer_initialize_timeout",
		}},
		{"the server asks nothing of the database that would need it", []string{
			"mysql_engine", "mysql_group_concat_max_len", "enable_sql_procedures", "mysql_config_file",
		}},
		{"attachments are kept in the database as they come", []string{
			"attachment_path", "attachment_compression", "attachment_files_fsync", "attachment_s3_hostname", "attachment_s3_protocol", "attachment_s3_uristyle",
			"attachment_s3_accesskeyid", "attachment_s3_secretaccesskey", "attachment_s3_bucketname", "attachment_s3_region",
		}},
		{"tables are always up to date", []string{"max_deferred_records", "max_deferred_records_folder", "cache_cellcache_reads", "counter_reset"}},
		{"changes are always recorded", []string{"sync_log_all_changes"}},
		{"plugins are part of the server", []string{"plugin_path"}},
		{"server_tls_min_proto says which versions are accepted, with their secure ciphers", []string{
			"server_ssl_protocols", "server_ssl_enable_v2", "server_ssl_ciphers", "server_ssl_curves", "server_ssl_prefer_server_ciphers",
		}},
		{"the server sends no statistics to anybody; /metrics has them", []string{
			"statsclient_url", "statsclient_interval", "statsclient_ssl_verify",
			"surveyclient_url", "surveyclient_interval", "surveyclient_ssl_verify",
		}},
		{"the private key must not be encrypted; only the server's user should be able to read it", []string{"server_ssl_key_pass"}},
		{"log-on by NTLM is not available; let clients use Kerberos", []string{"ntlm_auth"}},
		{"the full-text index is part of the server; see index_path", []string{"search_socket", "index_services_path"}},
		{"log_level = 6 writes what is refused at log-on", []string{"kcoidc_debug"}},
		{"server_listen and server_pipe_name say where clients connect", []string{"socketspec"}},
		{"search folders are kept by the server, with the store that they are in", []string{"external_searchfolders"}},
		{"temporary data stays in memory", []string{"tmp_path"}},
	} {
		for _, name := range group.names {
			options = append(options, settings.Option{Name: name, Obsolete: group.why})
		}
	}
	return settings.Section{Title: "Settings of older servers", Options: options}
}
