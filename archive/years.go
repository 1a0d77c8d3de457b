package archive

// AstronomicalYear counts a signed historical year, of which there is no 0, as astronomers
// do: 1 BCE, −1, is 0. Such years can be subtracted. HistoricalYear is the other way.
func AstronomicalYear(year int) int {
	if year < 0 {
		return year + 1
	}
	return year
}

// HistoricalYear is the signed historical year of an astronomical one.
func HistoricalYear(year int) int {
	if year <= 0 {
		return year - 1
	}
	return year
}
