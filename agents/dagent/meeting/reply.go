package meeting

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zarafa/client"
	"zarafa/mapi"
)

// Classes of meeting messages (MS-OXOCAL 2.2.5).
const (
	classAccepted = "IPM.Schedule.Meeting.Resp.Pos"
	classDeclined = "IPM.Schedule.Meeting.Resp.Neg"
	classCanceled = "IPM.Schedule.Meeting.Canceled"
)

// Icons of answers (MS-OXOCAL 2.2.1.50).
const (
	iconAccepted = 1028
	iconDeclined = 1029
)

// suppressAll asks for no automatic answer to the answer (MS-OXOMSG 2.2.1.77).
const suppressAll = 0xFFFFFFFF

var (
	errNobody   = errors.New("the request does not say who its organizer is, so nobody can be answered")
	errNoOutbox = errors.New("the mailbox has no outbox, so that nobody can be answered")
)

// given is an answer that is in the outbox or among what was sent.
type given struct {
	id         mapi.EntryID
	sequence   uint32
	start, end time.Time
	unsent     bool
}

// sameTime reports whether an answer is to a request for the time of the message.
func (j *job) sameTime(g given) bool {
	return g.start.Equal(timeOf(j.message, startWhole)) && g.end.Equal(timeOf(j.message, endWhole))
}

// answers are the answers of a class that there are for the message's meeting.
func (j *job) answers(ctx context.Context, class string) ([]given, error) {
	same := and(
		equals(mapi.Binary(tag(globalObjectID, mapi.PtBinary), j.full)), equals(mapi.String(mapi.PrMessageClass, class)),
	)
	var list []given
	for _, folder := range []mapi.EntryID{j.box.Props.Bytes(mapi.PrIPMOutboxEntryID), j.box.Props.Bytes(mapi.PrIPMSentmailEntryID)} {
		if len(folder) == 0 {
			continue
		}
		err := j.session.EachRow(ctx, client.TableQuery{
			Kind: mapi.TableMS, EntryID: folder, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode, Restrict: same,
			Columns: []mapi.PropTag{
				mapi.PrEntryID, mapi.PrMessageFlags, tag(sequence, mapi.PtLong), tag(startWhole, mapi.PtSysTime), tag(endWhole, mapi.PtSysTime),
			},
		}, func(row mapi.Props) error {
			m := &mapi.Message{Props: row}
			list = append(list, given{
				id: row.Bytes(mapi.PrEntryID), sequence: longOf(m, sequence), start: timeOf(m, startWhole), end: timeOf(m, endWhole),
				unsent: row.Uint32(mapi.PrMessageFlags)&mapi.MsgUnsent != 0,
			})
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("looking for an earlier answer: %w", err)
		}
	}
	return list, nil
}

// reply tells the organizer, unless he has been told by one of the answers that were given, of the same class. One of these that has not
// gone out yet is queued, which it may be already, and none is made anew.
func (j *job) reply(ctx context.Context, class string, status uint32, text string, before []given) error {
	outbox, sent := j.box.Props.Bytes(mapi.PrIPMOutboxEntryID), j.box.Props.Bytes(mapi.PrIPMSentmailEntryID)
	if len(outbox) == 0 {
		return errNoOutbox
	}
	for _, g := range before {
		if g.sequence != longOf(j.message, sequence) || !j.sameTime(g) {
			continue
		}
		if g.unsent {
			return j.submit(ctx, g.id)
		}
		return nil
	}
	m, err := j.response(ctx, class, status, text)
	if err != nil {
		return err
	}
	id, err := j.session.SaveOutgoing(ctx, outbox, sent, m, j.now)
	if err != nil {
		return fmt.Errorf("saving the answer: %w", err)
	}
	return j.submit(ctx, id)
}

// submit has an answer sent. One that the server refuses to send is not kept, as nobody would send it later.
func (j *job) submit(ctx context.Context, id mapi.EntryID) error {
	err := j.session.Submit(ctx, id)
	if err == nil {
		return nil
	}
	err = fmt.Errorf("sending the answer: %w", err)
	if uncertain(ctx, err) {
		return err
	}
	return errors.Join(err, j.session.DeleteMessages(ctx, true, id))
}

// response is the answer to the request (MS-OXOCAL 2.2.7): all that identifies the meeting and says when it is comes from the request.
func (j *job) response(ctx context.Context, class string, status uint32, text string) (*mapi.Message, error) {
	organizer := represented(j.message)
	if j.smtp(ctx, organizer) == "" {
		return nil, errNobody
	}
	m := &mapi.Message{}
	for _, v := range j.message.Props {
		if answered(v.Tag) {
			m.Props.Set(v)
		}
	}
	say, icon := texts(j.box.Language()), uint32(iconAccepted)
	prefix := say.acceptedPrefix
	if status == responseDeclined {
		prefix, icon = say.declinedPrefix, iconDeclined
	}
	subject := j.message.Props.Str(mapi.PrSubject)
	for _, v := range []mapi.PropValue{
		mapi.String(mapi.PrMessageClass, class), mapi.Long(mapi.PrIconIndex, icon), mapi.String(mapi.PrSubjectPrefix, prefix),
		mapi.String(mapi.PrSubject, prefix+subject), mapi.String(mapi.PrNormalizedSubject, subject), mapi.String(mapi.PrBody, text+"\r\n"),
		mapi.Long(mapi.PrAutoResponseSuppress, suppressAll),
	} {
		m.Props.Set(v)
	}
	m.Props = append(m.Props, j.sender()...)
	setLong(m, responseStatus, status)
	setTime(m, attendeeChange, j.now)
	setTime(m, replyTime, j.now)
	m.SetNamed(globalObjectID, mapi.Binary(mapi.MakeTag(0, mapi.PtBinary), j.full))
	m.SetNamed(cleanGlobalObjectID, mapi.Binary(mapi.MakeTag(0, mapi.PtBinary), j.id))
	if j.isResource() || status == responseDeclined {
		m.SetNamed(reminderSet, mapi.Bool(mapi.MakeTag(0, mapi.PtBoolean), false))
	}
	row := mapi.Props{
		mapi.Long(mapi.PrRecipientType, mapi.RecipientTo), mapi.String(mapi.PrDisplayName, organizer.Name), mapi.String(mapi.PrAddrtype, organizer.AddrType),
		mapi.String(mapi.PrEmailAddress, organizer.Email), mapi.String(mapi.PrSMTPAddress, j.smtp(ctx, organizer)),
	}
	if organizer.EntryID != nil {
		row = append(row, mapi.Binary(mapi.PrEntryID, organizer.EntryID))
	}
	m.Recipients = []mapi.Props{row}
	return m, nil
}

// answered reports whether an answer has a property of its request.
func answered(t mapi.PropTag) bool {
	switch t.ID() {
	case mapi.PrOwnerApptID.ID(), mapi.PrConversationTopic.ID(), mapi.PrConversationIndex.ID(), mapi.PrStartDate.ID(), mapi.PrEndDate.ID(),
		mapi.PrSensitivity.ID():
		return true
	}
	name, ok := mapi.FixedName(t.ID())
	switch {
	case !ok || name == meetingType || name == counter:
		return false
	case name.Set == mapi.PsetidCommon:
		return name.ID == 0x8516 || name.ID == 0x8517 // start and end
	}
	return name.Set == mapi.PsetidAppointment || name.Set == mapi.PsetidMeeting
}

// sender is the owner as who an answer is from.
func (j *job) sender() mapi.Props {
	o := &j.owner
	return mapi.Props{
		mapi.String(mapi.PrSentRepresentingName, o.Name), mapi.String(mapi.PrSentRepresentingAddrtype, o.AddressType),
		mapi.String(mapi.PrSentRepresentingEmailAddress, o.Address), mapi.String(mapi.PrSentRepresentingSMTPAddress, o.SMTP),
		mapi.Binary(mapi.PrSentRepresentingEntryID, o.EntryID), mapi.Binary(mapi.PrSentRepresentingSearchKey, o.SearchKey),
		mapi.String(mapi.PrSenderName, o.Name), mapi.String(mapi.PrSenderAddrtype, o.AddressType),
		mapi.String(mapi.PrSenderEmailAddress, o.Address), mapi.String(mapi.PrSenderSMTPAddress, o.SMTP),
		mapi.Binary(mapi.PrSenderEntryID, o.EntryID), mapi.Binary(mapi.PrSenderSearchKey, o.SearchKey),
	}
}
