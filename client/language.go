package client

import (
	"fmt"
	"strings"

	"zarafa/mapi"
)

// Language is the language of the names of default folders.
type Language string

// The languages there are.
const (
	English Language = "en"
	German  Language = "de"
	Dutch   Language = "nl"
	French  Language = "fr"
)

// ParseLanguage reads a locale as the tools take it: "de", "de_DE", "de-DE", "de_DE.UTF-8". Empty, "C" and "POSIX" are
// English.
func ParseLanguage(locale string) (Language, error) {
	name, _, _ := strings.Cut(strings.ToLower(locale), ".")
	name, _, _ = strings.Cut(name, "@")
	name, _, _ = strings.Cut(strings.ReplaceAll(name, "-", "_"), "_")
	switch l := Language(name); l {
	case "", "c", "posix":
		return English, nil
	case English, German, Dutch, French:
		return l, nil
	}
	return "", fmt.Errorf("there are no folder names for the language %q; use en, de, nl or fr", locale)
}

// languages are all of them.
func languages() []Language { return []Language{English, German, Dutch, French} }

// LanguageOf is the language in which a default folder is called so, and with that the language of a store's owner. It is not ok for names
// that are of no language here, because somebody has changed them or another program has made the store.
func LanguageOf(f DefaultFolder, name string) (l Language, ok bool) {
	for _, l := range languages() {
		if strings.EqualFold(l.folderNames()[f], name) {
			return l, true
		}
	}
	return "", false
}

// Language is the language that the mailbox's folders were made in, by the name of its inbox. It is English if that has a name of its own.
func (b *Mailbox) Language() Language {
	l, ok := LanguageOf(Inbox, b.InboxProps.Str(mapi.PrDisplayName))
	if !ok {
		return English
	}
	return l
}

// folderNames are the names of the default folders by language, in the order of the constants.
func (l Language) folderNames() [numDefaultFolders]string {
	switch l {
	case German:
		return [...]string{
			"Posteingang", "Postausgang", "Gelöschte Objekte", "Gesendete Objekte", "Kontakte", "Kalender", "Entwürfe", "Journal",
			"Notizen", "Aufgaben", "Junk-E-Mail", "RSS-Feeds", "Einstellungen für Unterhaltungsaktionen", "QuickStep-Einstellungen",
			"Vorgeschlagene Kontakte",
		}
	case Dutch:
		return [...]string{
			"Postvak IN", "Postvak UIT", "Verwijderde items", "Verzonden items", "Contactpersonen", "Agenda", "Concepten", "Logboek",
			"Notities", "Taken", "Ongewenste e-mail", "RSS-feeds", "Instellingen voor gespreksacties", "Instellingen voor snelle stappen",
			"Voorgestelde contactpersonen",
		}
	case French:
		return [...]string{
			"Boîte de réception", "Boîte d'envoi", "Éléments supprimés", "Éléments envoyés", "Contacts", "Calendrier", "Brouillons",
			"Journal", "Notes", "Tâches", "Courrier indésirable", "Flux RSS", "Paramètres des actions de conversation",
			"Paramètres des actions rapides", "Contacts suggérés",
		}
	}
	return [...]string{
		"Inbox", "Outbox", "Deleted Items", "Sent Items", "Contacts", "Calendar", "Drafts", "Journal", "Notes", "Tasks",
		"Junk E-mail", "RSS Feeds", "Conversation Action Settings", "Quick Step Settings", "Suggested Contacts",
	}
}

// rssComment is the comment of the folder of RSS feeds.
func (l Language) rssComment() string {
	switch l {
	case German:
		return "Kommentar zum RSS-Feed"
	case Dutch:
		return "Opmerking bij RSS-feed"
	case French:
		return "Commentaire du flux RSS"
	}
	return "RSS Feed comment"
}
