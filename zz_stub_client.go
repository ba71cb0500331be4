package eip

import "net/http"

// Client is a stub that lets eiptest compile alone.
type Client struct{}

// Option is a stub.
type Option func(*Client) error

// CredentialsProvider is a stub.
type CredentialsProvider interface{}

// NewClient is a stub.
func NewClient(regionID string, opts ...Option) (*Client, error) { return &Client{}, nil }

// WithEndpoint is a stub.
func WithEndpoint(rawURL string) Option { return func(*Client) error { return nil } }

// WithCredentials is a stub.
func WithCredentials(p CredentialsProvider) Option { return func(*Client) error { return nil } }

// StaticCredentials is a stub.
func StaticCredentials(id, secret string) CredentialsProvider { return nil }

// WithHTTPClient is a stub.
func WithHTTPClient(c *http.Client) Option { return func(*Client) error { return nil } }
