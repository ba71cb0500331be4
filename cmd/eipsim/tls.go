package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"slices"
	"strings"
	"time"
)

// certificateLife is how long a certificate is valid. It is made anew at every
// start.
const certificateLife = 365 * 24 * time.Hour

// selfSigned makes a certificate for this machine and for the host that the
// program listens on. It signs itself, so that a client which trusts it trusts
// nothing else.
func selfSigned(listen string, now time.Time) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return tls.Certificate{}, err
	}
	crt := &x509.Certificate{
		SerialNumber: serial.Add(serial, big.NewInt(1)),
		Subject:      pkix.Name{CommonName: "eipsim"},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(certificateLife),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IsCA:         true, BasicConstraintsValid: true, MaxPathLenZero: true,
		DNSNames:    []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	addName(crt, listen)
	der, err := x509.CreateCertificate(rand.Reader, crt, crt, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// addName adds the host of the address to listen on, and the name of the
// machine if that is every address.
func addName(crt *x509.Certificate, listen string) {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return // net.Listen says what is wrong with it
	}
	ip := net.ParseIP(host)
	if host == "" || ip != nil && ip.IsUnspecified() {
		host, _ = os.Hostname()
		ip = nil
	}
	switch {
	case ip != nil:
		if !slices.ContainsFunc(crt.IPAddresses, ip.Equal) {
			crt.IPAddresses = append(crt.IPAddresses, ip)
		}
	case host != "" && !slices.Contains(crt.DNSNames, host):
		crt.DNSNames = append(crt.DNSNames, host)
	}
}

// fingerprint is the SHA-256 of a certificate as openssl x509 -fingerprint
// prints it.
func fingerprint(crt tls.Certificate) string {
	sum := sha256.Sum256(crt.Certificate[0])
	return strings.ReplaceAll(fmt.Sprintf("% X", sum), " ", ":")
}

// writeCertificate writes the certificate, without its key, as PEM.
func writeCertificate(file string, crt tls.Certificate) error {
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: crt.Certificate[0]})
	if err := os.WriteFile(file, text, 0o644); err != nil { //nolint:gosec // a certificate is public
		return fmt.Errorf("-tls-cert: %w", err)
	}
	return nil
}
