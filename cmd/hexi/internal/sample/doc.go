// Package sample is the archive that the demo shows: true records of Gansu's
// heritage, and pictures of them that are drawn here, because photographs of
// them cannot be shipped. README.md names the sources of what the records say.
//
// Each picture is a scene of shapes, built once, and painted in bands of rows, so
// that a picture of a hundred megapixels takes no more memory than a band of it.
// The same picture comes out the same, byte for byte, wherever and in however many
// bands it is drawn.
package sample
