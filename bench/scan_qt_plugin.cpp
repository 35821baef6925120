// A plugin of Qt, whose metadata is what a manifest says.
#include <QObject>

class Gain : public QObject {
  Q_OBJECT
  Q_PLUGIN_METADATA(IID "org.example.gain" FILE "gain.json")
};

#include "plugin.moc"
