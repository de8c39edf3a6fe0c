// What ol-mapbox-style asks of OpenLayers by names that its full build does not give: the states of images and tiles.
ol.ImageState ??= { IDLE: 0, LOADING: 1, LOADED: 2, ERROR: 3, EMPTY: 4 };
ol.TileState ??= ol.ImageState;
