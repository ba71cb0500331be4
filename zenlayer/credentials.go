package zenlayer

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"
	"unicode"

	eip "github.com/eipkit/eip-go"
)

// The environment variables that [EnvironmentCredentials] reads, the same that
// the examples of the vendor's SDK use.
const (
	EnvAccessKeyID       = "ZENLAYERCLOUD_SECRET_KEY_ID"
	EnvAccessKeyPassword = "ZENLAYERCLOUD_SECRET_KEY_PASSWORD"
)

// EnvironmentCredentials gives what the environment variables
// ZENLAYERCLOUD_SECRET_KEY_ID and ZENLAYERCLOUD_SECRET_KEY_PASSWORD hold at
// each use. If both are empty the error wraps eip.ErrNoCredentials; if one of
// them is, or a value holds white space, the error names the variable.
func EnvironmentCredentials() eip.CredentialsProvider {
	return eip.CredentialsProviderFunc(func(context.Context) (eip.Credentials, error) {
		id, password := os.Getenv(EnvAccessKeyID), os.Getenv(EnvAccessKeyPassword)
		switch {
		case id == "" && password == "":
			return eip.Credentials{}, fmt.Errorf("%w in the environment: set %s and %s",
				eip.ErrNoCredentials, EnvAccessKeyID, EnvAccessKeyPassword)
		case id == "":
			return eip.Credentials{}, fmt.Errorf("zenlayer: credentials: %s is empty although %s is given",
				EnvAccessKeyID, EnvAccessKeyPassword)
		case password == "":
			return eip.Credentials{}, fmt.Errorf("zenlayer: credentials: %s is empty although %s is given",
				EnvAccessKeyPassword, EnvAccessKeyID)
		}
		for _, part := range []struct{ name, value string }{{EnvAccessKeyID, id}, {EnvAccessKeyPassword, password}} {
			if strings.ContainsFunc(part.value, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
				return eip.Credentials{}, fmt.Errorf(
					"zenlayer: credentials: %s holds a space, line break or control character: remove it", part.name)
			}
		}
		return eip.NewCredentials(id, password, "", time.Time{}), nil
	})
}
