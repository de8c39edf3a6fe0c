"""Draws our maps by QGIS without a window: XYZ, WMTS with its dimensions, WMS, WMS by the days of the Temporal Controller, vector
tiles, plain and in our style; prints JSON lines.
Usage: /usr/bin/python3 maps_qgis.py URL FOLDER EXTENT VIEWS"""
import json
import os
import sys
import tempfile
from urllib.parse import quote

os.environ['QT_QPA_PLATFORM'] = 'offscreen'
from qgis.core import (  # noqa: E402
    Qgis, QgsApplication, QgsCoordinateReferenceSystem, QgsDateTimeRange, QgsMapRendererSequentialJob, QgsMapSettings, QgsRasterLayer,
    QgsRasterLayerTemporalProperties, QgsRectangle, QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QDateTime, QSize, Qt  # noqa: E402

url, folder, extent, views = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), json.loads(sys.argv[4])


def drawn(layer, file, day=None):
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(QgsCoordinateReferenceSystem('EPSG:3857'))
    settings.setOutputSize(QSize(512, 512))
    settings.setOutputDpi(96)
    settings.setExtent(QgsRectangle(*extent))
    if day:
        noon = QDateTime.fromString(f'{day}T00:00:00Z', Qt.ISODate)
        settings.setIsTemporal(True)
        settings.setTemporalRange(QgsDateTimeRange(noon, noon))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(file)
    return image


def told(**what):
    print(json.dumps({'version': Qgis.QGIS_VERSION, **what}), flush=True)


with tempfile.TemporaryDirectory() as profile:
    application = QgsApplication([], False, profile)
    application.initQgis()
    for day, lang in views:
        place = quote(f'{url}/styles/conflict/{{z}}/{{x}}/{{y}}.png?date={day}&lang={lang}', safe='')
        # The capabilities of the day: this QGIS asks for the defaults of dimensions where it is told of none.
        wmts = quote(f'{url}/wmts?SERVICE=WMTS&REQUEST=GetCapabilities', safe='')
        wms = 'dpiMode=7&crs=EPSG:3857&format=image/png&layers=conflict&styles='
        of_day = quote(f'{url}/wms?TIME={day}&DIM_LANG={lang}', safe='')
        of_any = quote(f'{url}/wms?DIM_LANG={lang}', safe='')
        days = ','.join(day for day, _ in views)
        sources = {
            'XYZ': f'type=xyz&url={place}&zmin=0&zmax=18',
            'WMTS': f'crs=EPSG:3857&format=image/png&layers=conflict&styles=default&tileMatrixSet=WebMercatorQuad'
                    f'&tileDimensions=Time%3D{day};lang%3D{lang}&url={wmts}',
            'WMS': f'IgnoreGetMapUrl=1&{wms}&url={of_day}',
            'WMS temporal': f'IgnoreGetMapUrl=1&{wms}&type=wmst&allowTemporalUpdates=true&temporalSource=provider&timeDimensionExtent={days}'
                            f'&url={of_any}',
        }
        for kind, source in sources.items():
            layer = QgsRasterLayer(source, kind, 'wms')
            file = f'{folder}/qgis-{kind}-{day}.png'
            is_temporal = kind == 'WMS temporal'
            if layer.isValid():
                if is_temporal:
                    layer.temporalProperties().setIsActive(True)
                    layer.temporalProperties().setMode(QgsRasterLayerTemporalProperties.ModeTemporalRangeFromDataProvider)
                drawn(layer, file, day if is_temporal else None)
            most = 0.02 if kind.startswith('WMS') else 0.01
            told(name=f'{kind} {day}', kind='raster', valid=layer.isValid(), day=day, lang=lang, file=file, most=most)
    place = quote(f'{url}/data/districts/{{z}}/{{x}}/{{y}}.pbf', safe='')
    layer = QgsVectorTileLayer(f'type=xyz&url={place}&zmin=0&zmax=14', 'districts')
    colors = 0
    if layer.isValid():
        image = drawn(layer, f'{folder}/qgis-vector.png')
        colors = len({image.pixel(x, y) for x in range(0, 512, 2) for y in range(0, 512, 2)})
    told(name='vector tiles', kind='vector', valid=layer.isValid(), features=colors)
    place = quote(f'{url}/styles/conflict/vector/{{z}}/{{x}}/{{y}}.pbf', safe='')
    for day, lang in views:
        style = quote(f'{url}/styles/conflict/style.json?date={day}&lang={lang}', safe='')
        layer = QgsVectorTileLayer(f'type=xyz&url={place}&styleUrl={style}&zmin=0&zmax=14', 'conflict')
        is_valid = layer.isValid() and layer.loadDefaultStyle()[1]
        file = f'{folder}/qgis-style-{day}.png'
        if is_valid:
            drawn(layer, file)
        told(name=f'vector tiles in our style {day}', kind='style', valid=is_valid, day=day, file=file)
    del layer
    # Taking the application down again has been seen to crash; everything is said.
    os._exit(0)
