/* The measure of scan.c as a program of its own, which other programs are held against.
 *
 *   walk <root> <plugins>
 */
#include "walk.h"

int main(int count, char** arguments) {
  if (count != 3) fail("usage: walk <root> <plugins>");
  walk_and(arguments[1], strtoul(arguments[2], NULL, 10), MANIFESTS);
  return 0;
}
