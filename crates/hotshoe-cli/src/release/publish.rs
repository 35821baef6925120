//! A collected release, uploaded file by file and made public at the end.
//!
//! Owns the order: whoever looks sees no release before the last file of it is there.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use hotshoe::error::{Error, Result};
use hotshoe::receipt::Digest;
use serde_json::{Value, json};

use super::collect::{ASSETS, RELEASE_FILE, Release, ReleaseFile};
use super::forge::{Body, Forge, System, escaped, variable};
use super::steps::Steps;
use crate::codes::{RELEASE_PUBLISH, RELEASE_REFUSED};

/// Publishes what `hotshoe release collect` made; gives the page's URL.
///
/// Fails with [`RELEASE_REFUSED`] if a file is missing or changed, or the tag has a release already,
/// and with [`RELEASE_PUBLISH`] if the system does not take it. Then nothing is published.
pub fn publish(folder: &Path, to: System, steps: &Steps) -> Result<String> {
    let release = read(folder)?;
    let tag = release.tag.clone().ok_or_else(|| {
        Error::new(RELEASE_REFUSED, "the release has no tag").hint("collect it with `--tag`").at(folder)
    })?;
    let upload = Upload { release: &release, tag: &tag, assets: &folder.join(ASSETS), steps };
    match to {
        System::GitHub => upload.as_draft(&github()?, true),
        System::Forgejo => upload.as_draft(&forgejo()?, false),
        System::GitLab => upload.as_packages(),
    }
}

/// Reads a release's folder; each file must be there as it was collected.
fn read(folder: &Path) -> Result<Release> {
    let path = folder.join(RELEASE_FILE);
    let unreadable =
        || Error::new(RELEASE_REFUSED, "this is no release").hint("make one with `hotshoe release collect`").at(&path);
    let text = fs::read_to_string(&path).map_err(|error| unreadable().because(error))?;
    let release: Release = serde_json::from_str(&text).map_err(|error| unreadable().because(error))?;
    for ReleaseFile { name, sha256, .. } in &release.files {
        if Path::new(name).file_name() != Some(OsStr::new(name)) {
            return Err(unreadable().because(format!("`{name}` is not the name of a file")));
        }
        let path = folder.join(ASSETS).join(name);
        let digest = Digest::of_file(&path).map(|digest| digest.to_string());
        if digest.is_ok_and(|digest| digest == *sha256) {
            continue;
        }
        let what = if path.exists() { "was changed" } else { "is missing" };
        return Err(Error::new(RELEASE_REFUSED, format!("`{name}` {what}"))
            .hint("nothing was published; collect the release again")
            .at(path));
    }
    Ok(release)
}

struct Upload<'a> {
    release: &'a Release,
    tag: &'a str,
    assets: &'a Path,
    steps: &'a Steps,
}

impl Upload<'_> {
    /// GitHub, Forgejo and Gitea: a draft, which only the project's members see, then its files, then the
    /// word that it is none any more.
    fn as_draft(&self, forge: &Forge, is_github: bool) -> Result<String> {
        let releases = format!("/repos/{}/releases", variable("GITHUB_REPOSITORY")?);
        // Forgejo and Gitea show a draft there, too.
        let (status, there) = forge.request("GET", &format!("{releases}/tags/{}", escaped(self.tag)), &Body::Empty)?;
        if status == 200 && there["draft"] != true {
            return Err(self.published_already());
        }
        // Drafts that failed attempts left; at GitHub they have no tag yet. They are among the newest.
        let newest = forge.demand("GET", &format!("{releases}?per_page=100&limit=100"), &Body::Empty)?;
        let is_left = |other: &&Value| other["tag_name"] == self.tag && other["draft"] == true;
        for draft in newest.as_array().into_iter().flatten().filter(is_left) {
            forge.demand("DELETE", &format!("{releases}/{}", draft["id"]), &Body::Empty)?;
        }
        self.steps.begin(&format!("drafting {}", self.tag));
        let draft = json!({ "tag_name": self.tag, "name": self.tag, "body": self.release.notes, "draft": true,
            "prerelease": self.release.prerelease });
        let draft = forge.demand("POST", &releases, &Body::Json(&draft))?;
        let one = format!("{releases}/{}", draft["id"]);
        for file in &self.release.files {
            self.steps.begin(&format!("uploading {}", file.name));
            let (path, name) = (self.assets.join(&file.name), escaped(&file.name));
            let asset = match (is_github, draft["upload_url"].as_str()) {
                (true, Some(url)) => {
                    let url = url.split('{').next().unwrap_or_default();
                    forge.demand("POST", &format!("{url}?name={name}"), &Body::File(&path))?
                }
                _ => forge.demand("POST", &format!("{one}/assets?name={name}"), &Body::Form(&path))?,
            };
            if asset["size"].as_u64() != Some(file.size) {
                return Err(Error::new(RELEASE_PUBLISH, format!("`{}` did not arrive whole", file.name))
                    .hint("nothing is published but a draft; run the job again"));
            }
        }
        self.steps.begin("publishing");
        let published = json!({ "draft": false, "prerelease": self.release.prerelease });
        let published = forge.demand("PATCH", &one, &Body::Json(&published))?;
        Ok(url(&published["html_url"], self.tag))
    }

    /// GitLab has no drafts: the files go into the project's package registry, and the release that links
    /// to them is made last.
    fn as_packages(&self) -> Result<String> {
        let (api, project) = (variable("CI_API_V4_URL")?, variable("CI_PROJECT_ID")?);
        let forge = Forge { api, authorization: format!("JOB-TOKEN: {}", variable("CI_JOB_TOKEN")?) };
        let project = format!("/projects/{}", escaped(&project));
        if forge.request("GET", &format!("{project}/releases/{}", escaped(self.tag)), &Body::Empty)?.0 == 200 {
            return Err(self.published_already());
        }
        let package = escaped(&variable("CI_PROJECT_NAME")?);
        let version = escaped(self.tag.trim_start_matches('v'));
        let mut links = Vec::new();
        for file in &self.release.files {
            self.steps.begin(&format!("uploading {}", file.name));
            let place = format!("{project}/packages/generic/{package}/{version}/{}", escaped(&file.name));
            forge.demand("PUT", &place, &Body::File(&self.assets.join(&file.name)))?;
            links.push(json!({ "name": file.name, "url": format!("{}{place}", forge.api), "link_type": "package",
                "direct_asset_path": format!("/{}", file.name) }));
        }
        self.steps.begin("publishing");
        let release = json!({ "tag_name": self.tag, "name": self.tag, "description": self.release.notes,
            "assets": { "links": links } });
        let published = forge.demand("POST", &format!("{project}/releases"), &Body::Json(&release))?;
        Ok(url(&published["_links"]["self"], self.tag))
    }

    fn published_already(&self) -> Error {
        Error::new(RELEASE_REFUSED, format!("`{}` is published already", self.tag))
            .hint("what was published is not changed: make a new version, and tag that")
    }
}

fn github() -> Result<Forge> {
    Ok(Forge {
        api: variable("GITHUB_API_URL")?,
        authorization: format!("Authorization: Bearer {}", variable("GITHUB_TOKEN")?),
    })
}

fn forgejo() -> Result<Forge> {
    let token = variable("FORGEJO_TOKEN").or_else(|_| variable("GITHUB_TOKEN"))?;
    Ok(Forge { api: variable("GITHUB_API_URL")?, authorization: format!("Authorization: token {token}") })
}

fn url(value: &Value, tag: &str) -> String {
    value.as_str().unwrap_or(tag).to_owned()
}
