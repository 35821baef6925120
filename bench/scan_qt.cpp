// What a host in Qt does to find its plugins: the metadata in each library of a folder.
#include <QDir>
#include <QJsonObject>
#include <QPluginLoader>

int main(int, char** arguments) {
  int found = 0;
  for (const QFileInfo& file : QDir(arguments[1]).entryInfoList(QDir::Files))
    found += !QPluginLoader(file.filePath()).metaData().isEmpty();
  return found == QString(arguments[2]).toInt() ? 0 : 1;
}
