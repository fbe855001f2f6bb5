// Package webaccess is the web client's server: it logs users on in sessions of their own with the mail server, and gives their browsers what they ask
// for.
//
// The interface is agents/webaccess/api; sessions, push, windows and uploads below this folder are what it works with. This package has the
// program around it: settings, listeners, the headers of every answer, and who may ask for what ([Web.handler]). A [Web] serves any number of
// requests at a time.
//
// It has no rights of its own: whatever a user asks for the server carries out as him, or refuses. It keeps neither passwords nor mail on a disk,
// and refuses to take passwords without encryption from other machines.
package webaccess
