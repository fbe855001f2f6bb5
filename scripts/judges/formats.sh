# Programs that read mails, signatures, rich text and winmail.dat read what we write, and the same words as we do.
# Sourced by scripts/judges.sh.

ZARAFA_JUDGES=1 go test -count=1 -run='^TestJudge' ./mail/convert ./mail/rtf ./mail/tnef || fail "Python, openssl, unrtf or tnef reads something else (see above)"
