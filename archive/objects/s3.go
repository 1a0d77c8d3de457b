package objects

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"hexi/archive"
)

// partSize is the size of one part of a multipart upload where the size of the
// object is not known: ten thousand of them, the most that S3 takes, make
// 160 GB, and one is held in memory at a time.
const partSize = 16 << 20

// maxCopy is the largest object that S3 copies in one request (5 GiB).
const maxCopy = 5 << 30

// S3 is a Store in a bucket of an S3-compatible store.
type S3 struct {
	client  *minio.Client
	core    minio.Core
	bucket  string
	prefix  string // "" or ending in a slash
	address string // without secrets
}

// OpenS3 opens a bucket by its address, s3://KEY:SECRET@HOST:PORT/BUCKET[/PREFIX],
// with ?tls=off for a server without TLS and ?region=NAME. The bucket is made if
// it does not exist.
func OpenS3(ctx context.Context, address string) (*S3, error) {
	s, region, err := newS3(address)
	if err != nil {
		return nil, err
	}
	exists, err := s.client.BucketExists(ctx, s.bucket)
	if err != nil {
		return nil, fmt.Errorf("reach %s: %w", s.address, err)
	}
	if !exists {
		if err := s.client.MakeBucket(ctx, s.bucket, minio.MakeBucketOptions{Region: region}); err != nil {
			if code := minio.ToErrorResponse(err).Code; code != minio.BucketAlreadyOwnedByYou && code != minio.BucketAlreadyExists {
				return nil, fmt.Errorf("make bucket of %s: %w", s.address, err)
			}
		}
	}
	return s, nil
}

func newS3(address string) (*S3, string, error) {
	// Errors of url.Parse quote the address, and with it the secret.
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, "", archive.Invalid("objects", "the address is not of the form s3://KEY:SECRET@HOST:PORT/BUCKET")
	}
	bucket, prefix, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	if bucket == "" {
		return nil, "", archive.Invalid("objects", "the address s3://%s names no bucket", u.Host)
	}
	if prefix != "" {
		if err := CheckKey(prefix); err != nil {
			return nil, "", err
		}
		prefix += "/"
	}
	query := u.Query()
	secure := true
	switch tls := query.Get("tls"); tls {
	case "", "on":
	case "off":
		secure = false
	default:
		return nil, "", archive.Invalid("objects", "tls=%s is neither on nor off", tls)
	}
	creds := credentials.NewEnvAWS()
	if u.User != nil {
		secret, _ := u.User.Password()
		creds = credentials.NewStaticV4(u.User.Username(), secret, os.Getenv("AWS_SESSION_TOKEN"))
	}
	transport, err := minio.DefaultTransport(secure)
	if err != nil {
		return nil, "", fmt.Errorf("prepare transport: %w", err)
	}
	transport.MaxIdleConnsPerHost = 256 // a server under load reads from one host only
	region := query.Get("region")
	if region == "" {
		region = "us-east-1"
	}
	options := &minio.Options{
		Creds: creds, Secure: secure, Region: region, Transport: transport, BucketLookup: minio.BucketLookupPath,
	}
	client, err := minio.New(u.Host, options)
	if err != nil {
		return nil, "", fmt.Errorf("open s3://%s/%s: %w", u.Host, bucket, err)
	}
	return &S3{
		client: client, core: minio.Core{Client: client}, bucket: bucket, prefix: prefix,
		address: "s3://" + u.Host + "/" + strings.TrimSuffix(bucket+"/"+prefix, "/"),
	}, region, nil
}

// String returns the bucket's address without credentials.
func (s *S3) String() string { return s.address }

// Put implements Store.
func (s *S3) Put(ctx context.Context, key string, r io.Reader, opts PutOptions) (Info, error) {
	if err := errors.Join(CheckKey(key), opts.check(key), ctx.Err()); err != nil {
		return Info{}, err
	}
	options := minio.PutObjectOptions{ContentType: opts.ContentType, PartSize: partSize}
	if opts.Size > partSize*10_000 {
		options.PartSize = 0 // let the client choose for the size
	}
	if opts.IfAbsent {
		options.SetMatchETagExcept("*") // If-None-Match: *
	}
	if opts.IfMatch != "" {
		options.SetMatchETag(opts.IfMatch)
	}
	// The client sends what r delivers; a reader that fails must not look like
	// one that has ended, nor one that is longer than promised like one that fits.
	counted := &countingReader{r: &contextReader{ctx, r}, want: opts.Size}
	up, err := s.client.PutObject(ctx, s.bucket, s.prefix+key, counted, opts.Size, options)
	if err == nil && opts.Size >= 0 && counted.n == opts.Size {
		if extra, _ := r.Read(make([]byte, 1)); extra > 0 {
			err = errors.Join(fmt.Errorf("more than the promised %d bytes came: %w", opts.Size, io.ErrShortWrite),
				s.Delete(context.WithoutCancel(ctx), key))
		}
	}
	if err != nil {
		if counted.err != nil && !errors.Is(err, counted.err) {
			err = errors.Join(err, counted.err)
		}
		err = domainError(err)
		if response := (minio.ErrorResponse{}); counted.err == nil && ctx.Err() == nil && !errors.As(err, &response) {
			err = s.refused(ctx, key, opts, err)
		}
		if opts.IfAbsent && errors.Is(err, archive.ErrConflict) {
			err = archive.ErrExists
		}
		if opts.IfMatch != "" && errors.Is(err, archive.ErrNotFound) {
			err = fmt.Errorf("%w: it is gone", archive.ErrConflict)
		}
		return Info{}, fmt.Errorf("put %s: %w", key, err)
	}
	return Info{Key: key, Size: up.Size, ETag: up.ETag, Modified: up.LastModified.UTC()}, nil
}

// refused finds out whether a condition was what ended a Put that got no answer:
// servers that refuse one close the connection while the bytes are on their way.
func (s *S3) refused(ctx context.Context, key string, opts PutOptions, err error) error {
	if !opts.IfAbsent && opts.IfMatch == "" || errors.Is(err, archive.ErrConflict) || errors.Is(err, archive.ErrNotFound) {
		return err
	}
	info, statErr := s.Stat(ctx, key)
	gone := errors.Is(statErr, archive.ErrNotFound)
	if statErr != nil && !gone || opts.IfAbsent && gone || opts.IfMatch != "" && info.ETag == opts.IfMatch {
		return err
	}
	return fmt.Errorf("%w (%w)", archive.ErrConflict, err)
}

// Stat implements Store.
func (s *S3) Stat(ctx context.Context, key string) (Info, error) {
	if err := errors.Join(CheckKey(key), ctx.Err()); err != nil {
		return Info{}, err
	}
	o, err := s.client.StatObject(ctx, s.bucket, s.prefix+key, minio.StatObjectOptions{})
	if err != nil {
		return Info{}, fmt.Errorf("stat %s: %w", key, domainError(err))
	}
	return s.info(o), nil
}

func (s *S3) info(o minio.ObjectInfo) Info {
	return Info{
		Key: strings.TrimPrefix(o.Key, s.prefix), Size: o.Size,
		ETag: strings.Trim(o.ETag, `"`), Modified: o.LastModified.UTC(),
	}
}

// Get implements Store.
func (s *S3) Get(ctx context.Context, key string) (io.ReadCloser, Info, error) {
	if err := errors.Join(CheckKey(key), ctx.Err()); err != nil {
		return nil, Info{}, err
	}
	body, o, _, err := s.core.GetObject(ctx, s.bucket, s.prefix+key, minio.GetObjectOptions{})
	if err != nil {
		return nil, Info{}, fmt.Errorf("get %s: %w", key, domainError(err))
	}
	info := s.info(o)
	info.Key = key
	return body, info, nil
}

// Range implements Store.
func (s *S3) Range(ctx context.Context, key string, off, n int64, ifMatch string) (io.ReadCloser, Info, error) {
	if err := errors.Join(CheckKey(key), checkRange(key, off, n), ctx.Err()); err != nil {
		return nil, Info{}, err
	}
	var options minio.GetObjectOptions
	if err := options.SetRange(off, off+n-1); err != nil {
		return nil, Info{}, fmt.Errorf("read %s: %w", key, err)
	}
	if ifMatch != "" {
		if err := options.SetMatchETag(ifMatch); err != nil {
			return nil, Info{}, fmt.Errorf("read %s: %w", key, err)
		}
	}
	body, o, header, err := s.core.GetObject(ctx, s.bucket, s.prefix+key, options)
	if err != nil {
		if minio.ToErrorResponse(err).StatusCode == http.StatusRequestedRangeNotSatisfiable {
			return nil, Info{}, errPastEnd(key, off)
		}
		return nil, Info{}, fmt.Errorf("read %s: %w", key, domainError(err))
	}
	info := s.info(o)
	info.Key = key
	var start int64
	if start, info.Size, err = contentRange(header.Get("Content-Range")); err == nil && start != off {
		err = fmt.Errorf("asked for %d, it sent what is at %d", off, start)
	}
	if err == nil && ifMatch != "" && info.ETag != ifMatch {
		err = fmt.Errorf("%w: the store passes over If-Match", archive.ErrConflict)
	}
	if err != nil {
		// A server that passes over Range or If-Match would deliver the wrong bytes.
		return nil, Info{}, errors.Join(fmt.Errorf("read %s: %w", key, err), body.Close())
	}
	return body, info, nil
}

// contentRange reads a Content-Range, "bytes 0-99/1234" (RFC 9110, section
// 14.4): where the part begins, and how large the whole is.
func contentRange(header string) (start, size int64, err error) {
	part, whole, ok := strings.Cut(strings.TrimPrefix(header, "bytes "), "/")
	first, _, dash := strings.Cut(part, "-")
	if !ok || !dash {
		return 0, 0, errors.New("the store does not serve ranges")
	}
	start, err = strconv.ParseInt(first, 10, 64)
	if err == nil {
		size, err = strconv.ParseInt(whole, 10, 64)
	}
	if err != nil || start < 0 || size <= start {
		return 0, 0, fmt.Errorf("the store sent the Content-Range %.100q", header)
	}
	return start, size, nil
}

// Copy implements Store.
func (s *S3) Copy(ctx context.Context, from, to string) error {
	if err := errors.Join(CheckKey(from), CheckKey(to), ctx.Err()); err != nil {
		return err
	}
	info, err := s.Stat(ctx, from)
	if err != nil {
		return fmt.Errorf("copy to %s: %w", to, err)
	}
	src := minio.CopySrcOptions{Bucket: s.bucket, Object: s.prefix + from, MatchETag: info.ETag}
	dst := minio.CopyDestOptions{Bucket: s.bucket, Object: s.prefix + to}
	if info.Size >= maxCopy {
		_, err = s.client.ComposeObject(ctx, dst, src) // in parts, on the server
	} else {
		_, err = s.client.CopyObject(ctx, dst, src)
	}
	if err != nil {
		return fmt.Errorf("copy %s to %s: %w", from, to, domainError(err))
	}
	return nil
}

// Move implements Store.
func (s *S3) Move(ctx context.Context, from, to string) error {
	if err := s.Copy(ctx, from, to); err != nil {
		return err
	}
	return s.Delete(ctx, from)
}

// Delete implements Store.
func (s *S3) Delete(ctx context.Context, key string) error {
	if err := errors.Join(CheckKey(key), ctx.Err()); err != nil {
		return err
	}
	err := domainError(s.client.RemoveObject(ctx, s.bucket, s.prefix+key, minio.RemoveObjectOptions{}))
	if err != nil && !errors.Is(err, archive.ErrNotFound) {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	return nil
}

// List implements Store.
func (s *S3) List(ctx context.Context, prefix string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel() // ends the client's own paging when the caller stops early
		if err := ctx.Err(); err != nil {
			yield(Info{}, err)
			return
		}
		options := minio.ListObjectsOptions{Prefix: s.prefix + prefix, Recursive: true}
		for o := range s.client.ListObjectsIter(ctx, s.bucket, options) {
			if o.Err != nil {
				yield(Info{}, fmt.Errorf("list %s: %w", prefix, domainError(o.Err)))
				return
			}
			if strings.HasSuffix(o.Key, "/") {
				continue // some servers list their folders
			}
			if !yield(s.info(o), nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(Info{}, err)
		}
	}
}

// domainError turns what S3 says into the words of the archive.
func domainError(err error) error {
	if err == nil {
		return nil
	}
	var response minio.ErrorResponse
	if !errors.As(err, &response) {
		return err
	}
	switch {
	case response.Code == minio.NoSuchKey || response.StatusCode == http.StatusNotFound && response.Code != minio.NoSuchBucket:
		return archive.ErrNotFound
	case response.StatusCode == http.StatusPreconditionFailed, response.StatusCode == http.StatusConflict:
		return fmt.Errorf("%w (%s)", archive.ErrConflict, response.Code)
	}
	return err
}

// countingReader counts what was read and remembers why reading failed.
type countingReader struct {
	r    io.Reader
	n    int64
	want int64 // -1: as much as comes
	err  error
}

func (c *countingReader) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	if err == io.EOF && c.want > c.n { //nolint:errorlint // io.EOF is never wrapped by readers
		err = fmt.Errorf("%d bytes came, %d were promised: %w", c.n, c.want, io.ErrUnexpectedEOF)
	}
	if err != nil && err != io.EOF { //nolint:errorlint // as above
		c.err = err
	}
	return n, err
}
