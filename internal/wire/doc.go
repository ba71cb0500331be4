// Package wire reads the answers of both vendors: a body becomes a tape of
// tokens in one strict scan, and a walk over the tape fills a struct by the
// names in its tags.
//
// Nothing is boxed and no text is copied before a field is set. Because the
// members of an object can be looked at in any order, everything that a service
// varies is read from the same tape: numbers and booleans as strings, lists
// that are wrapped, flat or single, two names for one field, empty times, and
// the keys of an error. XML is rewritten to JSON text for the same scan.
//
// The scanner accepts what encoding/json accepts, except that it lets invalid
// UTF-8 through, refuses an object that has a name twice, and has limits. A
// limit is final: it is a reason to refuse the body, never to try another way.
package wire
