package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

const langCookie = "hexi-lang"

// lang chooses the language of a page: what the address says, what was chosen
// before, what the browser asks for; Chinese where nothing says otherwise.
func (s *Server) lang(c *gin.Context) string {
	if lang := c.Query("lang"); lang == "zh" || lang == "en" {
		http.SetCookie(c.Writer, &http.Cookie{
			Name: langCookie, Value: lang, Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()), SameSite: http.SameSiteLaxMode,
		})
		return lang
	}
	if cookie, err := c.Request.Cookie(langCookie); err == nil && (cookie.Value == "zh" || cookie.Value == "en") {
		return cookie.Value
	}
	for part := range strings.SplitSeq(c.GetHeader("Accept-Language"), ",") {
		switch tag, _, _ := strings.Cut(strings.TrimSpace(strings.ToLower(part)), "-"); {
		case strings.HasPrefix(tag, "zh"):
			return "zh"
		case strings.HasPrefix(tag, "en"):
			return "en"
		}
	}
	return "zh"
}

func cloneValues(v url.Values) url.Values {
	out := url.Values{}
	for name, list := range v {
		out[name] = append([]string{}, list...)
	}
	return out
}
