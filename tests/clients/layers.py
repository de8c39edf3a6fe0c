"""Opens collections by QGIS's OGC API - Features provider, without a window, and prints what it finds as JSON lines.
Usage: /usr/bin/python3 layers.py URL COLLECTION..."""
import json
import os
import sys
import tempfile

os.environ['QT_QPA_PLATFORM'] = 'offscreen'
from qgis.core import Qgis, QgsApplication, QgsFeatureRequest, QgsRectangle, QgsVectorLayer  # noqa: E402

with tempfile.TemporaryDirectory() as profile:
    application = QgsApplication([], False, profile)
    application.initQgis()
    url, *collections = sys.argv[1:]
    for name in collections:
        source = f"typename='{name}' url='{url}/' pageSize='500' maxNumFeatures='100000'"
        layer = QgsVectorLayer(source, name, 'OAPIF')
        found = {'collection': name, 'valid': layer.isValid(), 'version': Qgis.QGIS_VERSION}
        if layer.isValid():
            box = QgsRectangle(46.5, 39.5, 47.0, 40.0)
            exact = QgsFeatureRequest().setFilterRect(box).setFlags(QgsFeatureRequest.ExactIntersect)
            found['count'] = sum(1 for _ in layer.getFeatures())
            found['inside'] = sum(1 for _ in layer.getFeatures(exact))
            found['fields'] = len(layer.fields())
        print(json.dumps(found), flush=True)
    del layer
    # Taking the application down again has been seen to crash; everything is said.
    os._exit(0)
