module imapbench

go 1.26.0

require zarafa v0.0.0

replace zarafa => ../..
