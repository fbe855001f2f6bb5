package meeting

import (
	"context"
	"fmt"
	"strings"
	"time"

	"zarafa/calendar/ical"
	"zarafa/calendar/zone"
	"zarafa/client"
)

// wording is what answers say in a language.
type wording struct {
	acceptedPrefix, declinedPrefix string
	accepted                       string
	recurs                         string // with the resource's name
	taken                          string // with the resource's name and the times
	more                           string // with a number
}

// texts are those of a language.
func texts(l client.Language) wording {
	switch l {
	case client.German:
		return wording{
			"Zugesagt: ", "Abgelehnt: ", "Die Besprechung wurde automatisch zugesagt.", "%s nimmt keine Besprechungsserien an.",
			"%s ist zu dieser Zeit schon belegt: %s.", "und %d weitere",
		}
	case client.Dutch:
		return wording{
			"Geaccepteerd: ", "Geweigerd: ", "De vergadering is automatisch geaccepteerd.", "%s accepteert geen terugkerende vergaderingen.",
			"%s is op dit tijdstip al bezet: %s.", "en nog %d",
		}
	case client.French:
		return wording{
			"Accepté : ", "Refusé : ", "La réunion a été acceptée automatiquement.", "%s n'accepte pas de réunions périodiques.",
			"%s est déjà réservé à ce moment : %s.", "et %d autres",
		}
	}
	return wording{
		"Accepted: ", "Declined: ", "The meeting was accepted automatically.", "%s does not accept meetings that recur.",
		"%s is booked already at this time: %s.", "and %d more",
	}
}

func (w wording) noSeries(name string) string { return fmt.Sprintf(w.recurs, name) }

// mostTimes is how many times a declining answer names.
const mostTimes = 5

// takenText says when the owner is not free, in the zone of the request and in a form that no language reads otherwise. What is in his
// calendar it does not say.
func (j *job) takenText(ctx context.Context, taken []ical.Time) string {
	w := texts(j.box.Language())
	z := j.options(ctx).ItemZone(j.message, isSet(j.message, recurring))
	var times []string
	for _, t := range taken[:min(len(taken), mostTimes)] {
		times = append(times, interval(t, z, isSet(j.message, allDay)))
	}
	list := strings.Join(times, ", ")
	if more := len(taken) - mostTimes; more > 0 {
		list += " " + fmt.Sprintf(w.more, more)
	}
	if !isSet(j.message, allDay) {
		list += " (" + z.Name + ")"
	}
	return fmt.Sprintf(w.taken, j.owner.Name, list)
}

// interval is a time as people write it everywhere: 2026-02-02 10:00–11:00.
func interval(t ical.Time, z *zone.Zone, days bool) string {
	const date, minute = "2006-01-02", "15:04"
	start, end := zone.Wall(t.Start, z.Location), zone.Wall(t.End, z.Location)
	if days {
		end = end.Add(-time.Minute)
		if start.Format(date) == end.Format(date) {
			return start.Format(date)
		}
		return start.Format(date) + "–" + end.Format(date)
	}
	if start.Format(date) == end.Format(date) {
		return start.Format(date+" "+minute) + "–" + end.Format(minute)
	}
	return start.Format(date+" "+minute) + "–" + end.Format(date+" "+minute)
}
