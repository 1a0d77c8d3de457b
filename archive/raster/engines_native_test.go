//go:build vips

package raster

func engines() []engine { return enginesOf(defaultQuality()) }

func enginesOf(q Quality) []engine {
	return []engine{NewGo().WithQuality(q), NewNative().WithQuality(q)}
}
